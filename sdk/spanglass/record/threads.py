"""The current context in other threads: `carry` for one function, `patch_threads` for all threads and pools.

Only OpenTelemetry's context travels (current span, baggage, session), not every context variable of the caller.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from opentelemetry import context as otel_context

P = ParamSpec("P")
R = TypeVar("R")


def carry(function: Callable[P, R]) -> Callable[P, R]:
    """The function, running in the context that is current now, in whichever thread it is called and as often as it
    is: `pool.submit(carry(work), 1)`, `Thread(target=carry(work))`."""
    captured = otel_context.get_current()

    @functools.wraps(function)
    def carried(*args: P.args, **kwargs: P.kwargs) -> R:
        token = otel_context.attach(captured)
        try:
            return function(*args, **kwargs)
        finally:
            otel_context.detach(token)

    return carried


class _Patched:
    """The methods that were there before; None when nothing is patched."""

    start: Callable[[threading.Thread], None] | None = None
    submit: Callable[..., Future[Any]] | None = None


def patch_threads() -> Callable[[], None]:
    """From now on every `Thread` runs in the context of who starts it, and every function given to a
    `ThreadPoolExecutor` (so `loop.run_in_executor` too) in the context of who submits it. Returns the undo; doing it
    twice is harmless."""
    if _Patched.start is None:
        _Patched.start, _Patched.submit = threading.Thread.start, ThreadPoolExecutor.submit
        threading.Thread.start = _start_carried  # type: ignore[method-assign,assignment]
        ThreadPoolExecutor.submit = _submit_carried  # type: ignore[method-assign,assignment]
    return unpatch_threads


def unpatch_threads() -> None:
    """Puts back what `patch_threads` found, unless somebody patched on top of it since."""
    if _Patched.start is not None and threading.Thread.start is _start_carried:
        threading.Thread.start = _Patched.start  # type: ignore[method-assign,assignment]
        _Patched.start = None
    if _Patched.submit is not None and ThreadPoolExecutor.submit is _submit_carried:
        ThreadPoolExecutor.submit = _Patched.submit  # type: ignore[method-assign]
        _Patched.submit = None


def _start_carried(thread: threading.Thread) -> None:
    if otel_context.get_current():  # an empty context is what a new thread has anyway
        thread.run = carry(thread.run)  # type: ignore[method-assign]
    _original_start(thread)


def _original_start(thread: threading.Thread) -> None:
    start = _Patched.start
    if start is not None:
        start(thread)


def _submit_carried(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    submit = _Patched.submit
    if submit is None:
        raise RuntimeError("threads are not patched")
    # The pool may start its worker thread here, which must not keep this caller's context for its whole life.
    carried = carry(function)
    token = otel_context.attach(otel_context.Context())
    try:
        return submit(pool, carried, *args, **kwargs)
    finally:
        otel_context.detach(token)
