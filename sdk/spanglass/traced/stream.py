"""Traced generators: the span is open until the generator is exhausted, closed or collected as garbage.

The span is current only while the generator's own code runs. No context token crosses a `yield`, so calls the
consumer makes between two items are not its children, and closing from another task does no harm.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from spanglass import attributes as names
from spanglass.capture.snapshot import LIMIT_BYTES, snapshot
from spanglass.record.current import Current
from spanglass.safety import wall
from spanglass.traced.call import Call, Plan, begin


class Collected:
    """What a stream yielded: texts are joined, other items become a JSON array. Bounded by `limit_bytes`."""

    def __init__(self, call: Call, limit_bytes: int = LIMIT_BYTES) -> None:
        self._call = call
        self._started_s = time.perf_counter()
        self._items: list[str] = []
        self._is_text = True
        self._left = limit_bytes
        self._omitted = 0
        self._is_first = True

    def add(self, item: object) -> None:
        """Takes a snapshot at once: the consumer may change the item. Never raises an `Exception`."""
        try:
            if self._is_first:
                self._record_first()
            if self._call.plan.captures_output:
                self._keep(item)
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("stream", error)

    def json(self) -> str | None:
        """JSON text of the whole stream; None when it yielded nothing."""
        if not self._items and not self._omitted:
            return None
        note = [f"… [{self._omitted} more items]"] if self._omitted else []
        if self._is_text:
            return snapshot("".join(self._items + note))
        return "[" + ",".join(self._items + [snapshot(text) for text in note]) + "]"

    def _record_first(self) -> None:
        self._is_first = False
        if self._call.plan.kind == "llm":
            self._call.span.set_attribute(names.REQUEST_STREAM, True)
            self._call.span.set_attribute(names.TIME_TO_FIRST_CHUNK, time.perf_counter() - self._started_s)

    def _keep(self, item: object) -> None:
        if self._is_text and not isinstance(item, str):
            self._is_text = False
            self._items = [snapshot(text) for text in self._items]
        kept = item if self._is_text and isinstance(item, str) else snapshot(item)
        self._left -= len(kept)
        if self._left >= 0:
            self._items.append(kept)
        else:  # what comes later is omitted too, so that the record has no holes
            self._left = 0
            self._omitted += 1


class Stream(Collected):
    """A traced call in steps: `with stream:` around every step makes the span current for that step alone.

    A stream that nobody ends (an async generator that is forgotten without an event loop) ends its span when it is
    collected as garbage.
    """

    def __init__(self, plan: Plan, args: Any, kwargs: Any) -> None:
        self._is_open = True
        super().__init__(begin(plan, args, kwargs))
        self._current = Current(self._call.span)

    def __enter__(self) -> None:
        self._current.__enter__()

    def __exit__(self, *_: object) -> None:
        self._current.__exit__()

    def end(self, error: BaseException | None = None) -> None:
        """Closing a stream (GeneratorExit) is no failure."""
        self._is_open = False
        if error is None or isinstance(error, GeneratorExit):
            self._call.succeed_with_json(self.json())
        else:
            self._call.fail(error)

    def __del__(self) -> None:
        if self._is_open:
            self.end()


def trace_generator(function: Callable[..., Generator[Any, Any, Any]], plan: Plan) -> Callable[..., Any]:
    """A generator function that behaves as `function`: `send`, `throw`, `close` and the return value
    included."""

    def traced(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        stream = Stream(plan, args, kwargs)
        try:
            result = yield from _steps(function(*args, **kwargs), stream)
        except BaseException as error:
            stream.end(error)
            raise
        stream.end()
        return result

    return traced


def _steps(inner: Generator[Any, Any, Any], stream: Stream) -> Generator[Any, Any, Any]:
    step: Callable[[Any], Any] = inner.send
    value: Any = None
    while True:
        try:
            with stream:
                item = step(value)
        except StopIteration as stop:
            return stop.value
        stream.add(item)
        try:
            value, step = (yield item), inner.send
        except GeneratorExit:
            with stream:
                inner.close()
            raise
        except BaseException as error:  # noqa: BLE001 - goes into the generator, as without tracing
            value, step = error, inner.throw


def trace_async_generator(function: Callable[..., AsyncGenerator[Any, Any]], plan: Plan) -> Callable[..., Any]:
    """An async generator function that behaves as `function`: `asend`, `athrow` and `aclose` included."""

    async def traced(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        stream = Stream(plan, args, kwargs)
        value: Any = None
        try:
            inner = function(*args, **kwargs)
            step: Callable[[Any], Any] = inner.asend
            while (item := await _async_step(step, value, stream)) is not _EXHAUSTED:
                stream.add(item)
                try:
                    value, step = (yield item), inner.asend
                except GeneratorExit:
                    with stream:
                        await inner.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - goes into the generator, as without tracing
                    value, step = error, inner.athrow
        except BaseException as error:
            stream.end(error)
            raise
        stream.end()

    return traced


_EXHAUSTED = object()


async def _async_step(step: Callable[[Any], Any], value: Any, stream: Stream) -> Any:
    try:
        with stream:
            return await step(value)
    except StopAsyncIteration:
        return _EXHAUSTED
