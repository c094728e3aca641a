"""`@trace` above `@contextmanager` and `@asynccontextmanager`: the span is open from `__enter__` to `__exit__`, and
current for the block."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from spanglass.record.current import Current
from spanglass.traced.call import Plan, begin

# Functions made by contextlib share its helper's code, which is how they are told from any other function.
_SYNC = contextlib.contextmanager(lambda: iter(())).__code__
_ASYNC = contextlib.asynccontextmanager(lambda: None).__code__  # type: ignore[arg-type,return-value]


def is_manager_function(function: Any) -> bool:
    """True for what `@contextmanager` or `@asynccontextmanager` returned."""
    return getattr(function, "__code__", None) in (_SYNC, _ASYNC)


def trace_manager(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    """A function that returns a context manager of the same kind, usable as a decorator like the original."""

    @contextlib.contextmanager
    def traced(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with _opened(plan, args, kwargs), function(*args, **kwargs) as value:
            yield value

    @contextlib.asynccontextmanager
    async def traced_async(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with _opened(plan, args, kwargs):
            async with function(*args, **kwargs) as value:
                yield value

    return traced if function.__code__ is _SYNC else traced_async


class _opened:  # noqa: N801
    """A call around a `yield`: no context token is kept, because the block may be left in another task."""

    def __init__(self, plan: Plan, args: Any, kwargs: Any) -> None:
        self._call = begin(plan, args, kwargs)
        self._current = Current(self._call.span)

    def __enter__(self) -> None:
        self._current.__enter__()

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        self._current.__exit__()
        if error is None or isinstance(error, GeneratorExit):
            self._call.succeed(None)
        else:
            self._call.fail(error)
