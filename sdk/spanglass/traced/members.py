"""What is decorated inside classes: descriptors, in either order of decorators, and whole classes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

Decorate = Callable[[Any], Any]


def trace_descriptor(target: Any, decorate: Decorate) -> Any:
    """The same kind of descriptor around traced functions; None when `target` is no descriptor we know."""
    if isinstance(target, (staticmethod, classmethod)):
        return type(target)(decorate(target.__func__))
    if isinstance(target, property):
        getter = None if target.fget is None else decorate(target.fget)
        return type(target)(getter, target.fset, target.fdel, target.__doc__)
    if isinstance(target, functools.cached_property):
        return type(target)(decorate(target.func))
    if isinstance(target, functools.partialmethod):
        return functools.partialmethod(decorate(target.func), *target.args, **target.keywords)
    return None


def trace_class(cls: type, decorate: Callable[[Any, str], Any]) -> type:
    """The very same class, its own public methods (and `__call__`) traced; properties and inherited methods are
    left alone, as is what is traced already."""
    for name, member in list(vars(cls).items()):
        if (name == "__call__" or not name.startswith("_")) and _is_method(member):
            setattr(cls, name, decorate(member, name))
    return cls


def _is_method(member: Any) -> bool:
    function = member.__func__ if isinstance(member, (staticmethod, classmethod)) else member
    return inspect.isfunction(function) and not is_traced(function)


def is_traced(function: Any) -> bool:
    """True for what `@trace` returned."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_name == "traced" and "/spanglass/traced/" in code.co_filename.replace("\\", "/")
