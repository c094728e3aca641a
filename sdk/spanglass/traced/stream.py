"""Traced generators: the span is open until the generator is exhausted, closed or collected as garbage.

The span is current only while the generator's own code runs. No context token crosses a `yield`, so calls the
consumer makes between two items are not its children, and closing from another task does no harm.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from opentelemetry import context as otel_context

from spanglass import attributes as names
from spanglass.capture.snapshot import LIMIT_BYTES, snapshot
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


def trace_generator(function: Callable[..., Generator[Any, Any, Any]], plan: Plan) -> Callable[..., Any]:
    """A generator function that behaves as `function`: `send`, `throw`, `close` and the return value
    included."""

    def traced(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        call = begin(plan, args, kwargs)
        collected = Collected(call)
        try:
            result = yield from _steps(function(*args, **kwargs), call, collected)
        except GeneratorExit:
            call.succeed_with_json(collected.json())
            raise
        except BaseException as error:
            call.fail(error)
            raise
        call.succeed_with_json(collected.json())
        return result

    return traced


def _steps(inner: Generator[Any, Any, Any], call: Call, collected: Collected) -> Generator[Any, Any, Any]:
    step: Callable[[Any], Any] = inner.send
    value: Any = None
    while True:
        token = call.activate()
        try:
            item = step(value)
        except StopIteration as stop:
            return stop.value
        finally:
            otel_context.detach(token)
        collected.add(item)
        try:
            value, step = (yield item), inner.send
        except GeneratorExit:
            _close(inner, call)
            raise
        except BaseException as error:  # noqa: BLE001 - goes into the generator, as without tracing
            value, step = error, inner.throw


def _close(inner: Generator[Any, Any, Any], call: Call) -> None:
    token = call.activate()
    try:
        inner.close()
    finally:
        otel_context.detach(token)


def trace_async_generator(function: Callable[..., AsyncGenerator[Any, Any]], plan: Plan) -> Callable[..., Any]:
    """An async generator function that behaves as `function`: `asend`, `athrow` and `aclose` included."""

    async def traced(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        call = begin(plan, args, kwargs)
        collected = Collected(call)
        inner = function(*args, **kwargs)
        step: Callable[[Any], Any] = inner.asend
        value: Any = None
        try:
            while True:
                item = await _async_step(step, value, call)
                if item is _EXHAUSTED:
                    break
                collected.add(item)
                try:
                    value, step = (yield item), inner.asend
                except GeneratorExit:
                    await _async_step(_closing(inner), None, call)
                    raise
                except BaseException as error:  # noqa: BLE001 - goes into the generator, as without tracing
                    value, step = error, inner.athrow
        except GeneratorExit:
            call.succeed_with_json(collected.json())
            raise
        except BaseException as error:
            call.fail(error)
            raise
        call.succeed_with_json(collected.json())

    return traced


_EXHAUSTED = object()


async def _async_step(step: Callable[[Any], Any], value: Any, call: Call) -> Any:
    token = call.activate()
    try:
        return await step(value)
    except StopAsyncIteration:
        return _EXHAUSTED
    finally:
        otel_context.detach(token)


def _closing(inner: AsyncGenerator[Any, Any]) -> Callable[[Any], Any]:
    return lambda _: inner.aclose()
