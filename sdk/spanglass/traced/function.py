"""`@trace`: one decorator for functions, coroutines, generators, methods, classes, callables and context managers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

from spanglass.attributes import Kind
from spanglass.capture.arguments import parameters_of
from spanglass.capture.patterns import Wanted, redactions
from spanglass.capture.policy import Capture, Mask, Override
from spanglass.traced.call import Plan, begin, constants_of
from spanglass.traced.manager import is_manager_function, trace_manager
from spanglass.traced.members import trace_class, trace_descriptor
from spanglass.traced.stream import trace_async_generator, trace_generator

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)
D = TypeVar("D", classmethod, staticmethod, property, functools.cached_property)  # type: ignore[type-arg]
T = TypeVar("T")


@overload
def trace(function: C, /) -> C: ...


@overload
def trace(function: D, /) -> D: ...


@overload
def trace(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def trace(
    *,
    name: str | None = None,
    kind: Kind = "task",
    capture_input: bool = True,
    capture_output: bool = True,
    capture: Capture | None = None,
    mask: Mask | None = None,
    redact: Wanted | None = None,
) -> Callable[[T], T]: ...


def trace(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    kind: Kind = "task",
    capture_input: bool = True,
    capture_output: bool = True,
    capture: Capture | None = None,
    mask: Mask | None = None,
    redact: Wanted | None = None,
) -> Any:
    """Records every call as a span: arguments, result or exception, duration. The call itself is unchanged:
    same signature, same result object, same exception object.

    `name` defaults to the qualified name. On a class, its public methods are traced and the class stays the same
    object. `capture`, `mask` and `redact` are as in `init`, for this function alone. When decorating, raises
    ValueError for an unknown `kind`, and TypeError for what cannot be called.
    """
    override = _override(capture, mask, redact)

    def decorate(target: Any, name: str | None = name) -> Any:
        if inspect.isclass(target):
            return trace_class(target, lambda member, path: decorate(member, f"{name or target.__name__}.{path}"))
        if (rewrapped := trace_descriptor(target, lambda inner: decorate(inner, name))) is not None:
            return rewrapped
        if not callable(target):
            raise TypeError(f"@trace takes functions, methods, classes and callables, not {type(target).__qualname__}")
        span_name = name or _name_of(target)
        otel_kind, constants = constants_of(span_name, kind)
        parameters = parameters_of(target)
        plan = Plan(span_name, kind, otel_kind, constants, parameters, capture_input, capture_output, override)
        return _like(target, _wrapper(target, plan))

    return decorate if function is None else decorate(function)


def _override(capture: Capture | None, mask: Mask | None, redact: Wanted | None) -> Override | None:
    if capture not in (None, "full", "metadata"):
        raise ValueError(f'capture must be "full" or "metadata", not {capture!r}')
    said = Override(capture, mask, redactions(redact))
    return None if said == Override() else said


def _name_of(target: Any) -> str:
    while isinstance(target, functools.partial):
        target = target.func
    return str(getattr(target, "__qualname__", type(target).__qualname__))


def _like(target: Any, wrapper: Any) -> Any:
    """The wrapper with the face of `target`: names, docs, signature, attributes, and the methods of a cache."""
    functools.update_wrapper(wrapper, target)
    if not hasattr(target, "__qualname__"):  # partials and callable objects
        wrapper.__name__ = wrapper.__qualname__ = _name_of(target)
    for method in ("cache_info", "cache_clear", "cache_parameters"):
        if hasattr(target, method):
            setattr(wrapper, method, getattr(target, method))
    return wrapper


def _wrapper(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    if is_manager_function(function):
        return trace_manager(function, plan)
    runs = function if _is_function(function) else type(function).__call__
    if inspect.isasyncgenfunction(runs):
        return trace_async_generator(function, plan)
    if inspect.isgeneratorfunction(runs):
        return trace_generator(function, plan)
    if inspect.iscoroutinefunction(runs) or inspect.iscoroutinefunction(function):
        return _trace_coroutine(function, plan)
    return _trace_function(function, plan)


def _is_function(target: Any) -> bool:
    return inspect.isroutine(target) or isinstance(target, functools.partial)


def _trace_function(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    def traced(*args: Any, **kwargs: Any) -> Any:
        with begin(plan, args, kwargs) as call:
            return call.returned(function(*args, **kwargs))

    return traced


def _trace_coroutine(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    async def traced(*args: Any, **kwargs: Any) -> Any:
        with begin(plan, args, kwargs) as call:
            return call.returned(await function(*args, **kwargs))

    return traced
