"""`@trace` on generators and async generators."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import json
from collections.abc import AsyncIterator, Generator, Iterator

import pytest
from opentelemetry import trace as otel

from spanglass import current_span, trace
from spanglass.testing import Captured


@trace(name="count")
def count(n: int) -> Iterator[int]:
    yield from range(n)


@trace(name="words", kind="llm")
async def words(*texts: str) -> AsyncIterator[str]:
    for text in texts:
        await asyncio.sleep(0)
        yield text


def test_the_span_is_open_until_the_generator_is_exhausted(captured: Captured) -> None:
    """It ends after the last item, with all items as its output."""
    items = count(3)
    assert inspect.isgeneratorfunction(count)
    assert [next(items), next(items), next(items)] == [0, 1, 2]
    assert captured.spans == []
    assert list(items) == []
    assert captured.one("count").attributes["output.value"] == "[0,1,2]"


def test_streamed_text_is_joined(captured: Captured) -> None:
    """Text chunks are one text; a model call also says that it streamed and when the first chunk came."""

    async def main() -> list[str]:
        return [word async for word in words("a", "b")]

    assert inspect.isasyncgenfunction(words)
    assert asyncio.run(main()) == ["a", "b"]
    attributes = captured.one("words").attributes
    assert attributes["output.value"] == '"ab"'
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0


def test_calls_between_two_items_are_not_children(captured: Captured) -> None:
    """The generator's span is current inside the generator only."""
    for _ in count(2):
        assert otel.get_current_span() is otel.INVALID_SPAN
        trace(name="between")(lambda: None)()
    assert all(span.parent is None for span in captured.named("between"))


def test_calls_inside_the_generator_are_children(captured: Captured) -> None:
    """What the generator's own code calls nests in its span, after every yield too."""
    inside = trace(name="inside")(lambda: None)

    @trace(name="outer")
    def outer() -> Iterator[int]:
        inside()
        yield 1
        inside()
        current_span().update(tags=["x"])

    list(outer())
    parent = captured.one("outer")
    assert [span.parent for span in captured.named("inside")] == [parent.context] * 2
    assert parent.attributes["spanglass.tags"] == ("x",)


def test_a_generator_left_half_way_ends_without_error(captured: Captured) -> None:
    """Closing, or forgetting, a generator ends its span with what it yielded so far."""
    items = count(9)
    next(items)
    items.close()
    forgotten = count(9)
    next(forgotten)
    del forgotten
    gc.collect()
    assert [span.attributes["output.value"] for span in captured.spans] == ["[0]", "[0]"]
    assert all(span.status.status_code is otel.StatusCode.UNSET for span in captured.spans)


def test_send_throw_and_return_reach_the_generator(captured: Captured) -> None:
    """The traced generator is a full generator."""

    @trace(name="echo")
    def echo() -> Generator[str, str, str]:
        got = yield "ready"
        try:
            yield got
        except ValueError as error:
            yield f"caught {error}"
        return "done"

    running = echo()
    assert next(running) == "ready"
    assert running.send("hi") == "hi"
    assert running.throw(ValueError("x")) == "caught x"
    with pytest.raises(StopIteration) as stop:
        next(running)
    assert stop.value.value == "done"


def test_an_exception_inside_a_generator_is_the_same_object(captured: Captured) -> None:
    """It ends the span as an error and passes unchanged."""
    error = ValueError("no")

    @trace(name="f")
    def fail() -> Iterator[int]:
        yield 1
        raise error

    with pytest.raises(ValueError, match="no") as raised:
        list(fail())
    assert raised.value is error
    assert captured.one("f").attributes["error.type"] == "ValueError"


def test_an_async_generator_closed_from_another_task_leaves_no_trace_in_the_context(
    captured: Captured, caplog: pytest.LogCaptureFixture
) -> None:
    """No context token crosses a yield, so nothing fails to detach."""

    async def main() -> None:
        stream = words("a", "b", "c")
        await asyncio.create_task(stream.__anext__())
        await asyncio.create_task(stream.aclose())
        trace(name="after")(lambda: None)()

    asyncio.run(main())
    assert "detach" not in caplog.text
    assert captured.one("words").attributes["output.value"] == '"a"'
    assert captured.one("after").parent is None


def test_an_async_generator_takes_sent_values_and_thrown_errors(captured: Captured) -> None:
    """`asend` and `athrow` reach the wrapped generator."""

    @trace(name="echo")
    async def echo() -> AsyncIterator[str]:
        got = yield "ready"
        with contextlib.suppress(ValueError):
            yield got
        yield "recovered"

    async def main() -> list[str]:
        running = echo()
        return [await anext(running), await running.asend("hi"), await running.athrow(ValueError("x"))]

    assert asyncio.run(main()) == ["ready", "hi", "recovered"]


def test_a_long_stream_is_bounded(captured: Captured) -> None:
    """Beyond the limit, items are counted and not kept; the few that are kept are shortened."""

    @trace(name="long")
    def long() -> Iterator[dict[str, str]]:
        for _ in range(30):
            yield {"text": "x " * 50_000}

    assert sum(1 for _ in long()) == 30
    kept = json.loads(captured.one("long").attributes["output.value"])
    assert len(kept) == 11
    assert kept[-1] == "… [20 more items]"
    assert all("[truncated: 100000 characters]" in item["text"] for item in kept[:-1])
