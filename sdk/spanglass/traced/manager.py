"""`@trace` above `@contextmanager` and `@asynccontextmanager`: the span is open from `__enter__` to `__exit__`, and
current for the block."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from spanglass.traced.call import Plan, begin

# Functions made by contextlib share its helper's code, which is how they are told from any other function.
_SYNC = contextlib.contextmanager(lambda: iter(())).__code__
_ASYNC = contextlib.asynccontextmanager(lambda: None).__code__  # type: ignore[arg-type,return-value]


def is_manager_function(function: Any) -> bool:
    """True for what `@contextmanager` or `@asynccontextmanager` returned."""
    return getattr(function, "__code__", None) in (_SYNC, _ASYNC)


def trace_manager(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    """A function that returns a context manager of the same kind, usable as a decorator like the original. `Call` keeps
    no context token, so it may stand around the `yield`."""

    @contextlib.contextmanager
    def traced(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with begin(plan, args, kwargs), function(*args, **kwargs) as value:
            yield value

    @contextlib.asynccontextmanager
    async def traced_async(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with begin(plan, args, kwargs):
            async with function(*args, **kwargs) as value:
                yield value

    return traced if function.__code__ is _SYNC else traced_async
