"""`@trace` on functions, coroutines and methods."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace as otel

import spanglass
from spanglass import trace
from spanglass.testing import Captured, capture


def test_arguments_and_result_are_recorded_by_parameter_name(captured: Captured) -> None:
    """Positional, keyword, starred and double-starred arguments keep their names."""

    @trace
    def answer(question: str, *more: str, style: str = "short", **rest: int) -> dict[str, str]:
        return {"text": question.upper()}

    assert answer("hi", "there", style="long", top=3) == {"text": "HI"}
    (span,) = captured.spans
    assert span.name.endswith("answer")
    assert json.loads(span.attributes["input.value"]) == {
        "question": "hi",
        "more": ["there"],
        "style": "long",
        "top": 3,
    }
    assert json.loads(span.attributes["output.value"]) == {"text": "HI"}
    assert span.attributes["input.mime_type"] == span.attributes["output.mime_type"] == "application/json"


def test_the_span_lasts_as_long_as_the_call() -> None:
    """Start and end are the clock's readings around the function."""
    with capture(spanglass.testing.fixed_source()) as captured:
        trace(name="f")(lambda: None)()
    span = captured.one("f")
    assert span.start_time is not None
    assert span.start_time == 1_700_000_000_000_000_000
    assert span.end_time is not None
    assert span.end_time > span.start_time
    assert (span.context.trace_id, span.context.span_id) == (1, 1)


def test_later_mutation_does_not_change_what_was_recorded(captured: Captured) -> None:
    """Arguments are a snapshot of the moment of the call."""

    @trace(name="f")
    def clear(items: list[int]) -> list[int]:
        items.clear()
        return items

    clear([1, 2]).append(9)
    span = captured.one("f")
    assert span.attributes["input.value"] == '{"items":[1,2]}'
    assert span.attributes["output.value"] == "[]"


def test_secrets_are_redacted_by_name(captured: Captured) -> None:
    """Parameters, keywords and entries of dict arguments with secret names never leave; look-alikes stay."""

    @trace(name="f")
    def call(api_key: str, headers: dict[str, str], max_tokens: int, **options: str) -> None: ...

    call("sk-1", {"Authorization": "Bearer sk-2", "Accept": "text"}, 5, dbPassword="sk-3")
    text = captured.one("f").attributes["input.value"]
    assert "sk-" not in text
    assert json.loads(text) == {
        "api_key": "[redacted]",
        "headers": {"Authorization": "[redacted]", "Accept": "text"},
        "max_tokens": 5,
        "dbPassword": "[redacted]",
    }


def test_capture_can_be_switched_off_per_function(captured: Captured) -> None:
    """`capture_input=False, capture_output=False` records that it ran and nothing it saw."""

    @trace(name="f", capture_input=False, capture_output=False)
    def secret(text: str) -> str:
        return text

    secret("x")
    assert not {"input.value", "output.value"} & set(captured.one("f").attributes)


@pytest.mark.parametrize(
    ("kind", "operation", "otel_kind"),
    [
        ("llm", "chat", otel.SpanKind.CLIENT),
        ("agent", "invoke_agent", otel.SpanKind.INTERNAL),
        ("tool", "execute_tool", otel.SpanKind.INTERNAL),
        ("embedding", "embeddings", otel.SpanKind.CLIENT),
        ("retriever", "retrieval", otel.SpanKind.CLIENT),
        ("chain", None, otel.SpanKind.INTERNAL),
    ],
)
def test_kinds_have_the_operation_of_the_conventions(
    captured: Captured, kind: Any, operation: str | None, otel_kind: otel.SpanKind
) -> None:
    """Each kind carries our name and, where there is one, the conventions' operation."""
    trace(name="f", kind=kind)(lambda: 1)()
    span = captured.one("f")
    assert span.attributes["spanglass.span.kind"] == kind
    assert span.attributes.get("gen_ai.operation.name") == operation
    assert span.kind is otel_kind


def test_tools_record_their_call_under_the_names_of_the_conventions(captured: Captured) -> None:
    """A tool's arguments and result are `gen_ai.tool.call.*`."""
    trace(name="add", kind="tool")(lambda a, b: a + b)(1, 2)
    attributes = captured.one("add").attributes
    assert attributes["gen_ai.tool.name"] == "add"
    assert attributes["gen_ai.tool.call.arguments"] == '{"a":1,"b":2}'
    assert attributes["gen_ai.tool.call.result"] == "3"
    assert "input.value" not in attributes


def test_an_unknown_kind_is_refused_when_decorating() -> None:
    """The message names the kinds there are."""
    decorate = trace(kind="robot")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="retriever"):
        decorate(print)


def test_what_cannot_be_called_is_refused_when_decorating() -> None:
    """The message says what can be traced."""
    with pytest.raises(TypeError, match="callables, not int"):
        trace(3)  # type: ignore[call-overload]


def test_calls_nest(captured: Captured) -> None:
    """A traced call inside a traced call is its child, in the same trace."""
    inner = trace(name="inner")(lambda: 1)
    trace(name="outer")(lambda: inner())()
    child, parent = captured.one("inner"), captured.one("outer")
    assert child.parent == parent.context
    assert child.context.trace_id == parent.context.trace_id
    assert parent.parent is None


def test_methods_do_not_record_self(captured: Captured) -> None:
    """Methods, class methods and static methods record their own arguments only."""

    class Bot:
        @trace(name="method")
        def method(self, x: int) -> int:
            return x

        @trace(name="class")
        @classmethod
        def of_class(cls, x: int) -> int:
            return x

        @classmethod
        @trace(name="class")
        def of_class_inside(cls, x: int) -> int:
            return x

        @trace(name="static")
        @staticmethod
        def static(x: int) -> int:
            return x

    assert [Bot().method(1), Bot.of_class(1), Bot.of_class_inside(1), Bot.static(1)] == [1] * 4
    assert [span.attributes["input.value"] for span in captured.spans] == ['{"x":1}'] * 4


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_the_same_exception_object_is_raised(captured: Captured, error: BaseException) -> None:
    """The span ends, says what happened, and the exception passes unchanged, also those that are no
    `Exception`."""

    @trace(name="f")
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        fail()
    assert raised.value is error
    span = captured.one("f")
    assert span.attributes["error.type"] == type(error).__name__
    assert span.status.status_code is otel.StatusCode.ERROR
    assert span.events[0].name == "exception"
    assert "fail" in span.events[0].attributes["exception.stacktrace"]
    assert otel.get_current_span() is otel.INVALID_SPAN


def test_an_exception_whose_text_raises_is_still_the_one_raised(captured: Captured) -> None:
    """A broken `__str__` costs the message, not the exception."""

    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("broken")

    def fail() -> None:
        raise BrokenError

    with pytest.raises(BrokenError):
        trace(name="f")(fail)()
    assert captured.one("f").attributes["error.type"].endswith("BrokenError")


def test_coroutines_stay_coroutines(captured: Captured) -> None:
    """A traced coroutine function is one, and its span covers the awaited time."""

    @trace(name="f")
    async def answer(x: int) -> int:
        await asyncio.sleep(0)
        return x + 1

    assert inspect.iscoroutinefunction(answer)
    assert asyncio.run(answer(1)) == 2
    assert captured.one("f").attributes["output.value"] == "2"


def test_concurrent_tasks_keep_their_own_parents(captured: Captured) -> None:
    """In `asyncio.gather`, every child belongs to the task that called it."""

    @trace(name="child")
    async def child(n: int) -> int:
        await asyncio.sleep(0)
        return n

    @trace(name="task")
    async def task(n: int) -> int:
        await asyncio.sleep(0)
        return await child(n)

    async def main() -> None:
        await trace(name="root")(lambda: asyncio.gather(*(task(n) for n in range(10))))()

    asyncio.run(main())
    tasks = {span.context.span_id: span for span in captured.named("task")}
    for span in captured.named("child"):
        assert tasks[span.parent.span_id].attributes["output.value"] == span.attributes["output.value"]
    assert len({span.context.trace_id for span in captured.named("task")}) == 1


def test_a_cancelled_coroutine_ends_its_span(captured: Captured) -> None:
    """Cancellation is recorded as the error it is, and what follows is not its child."""

    @trace(name="f")
    async def wait() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        trace(name="after")(lambda: None)()

    asyncio.run(main())
    assert captured.one("f").attributes["error.type"] == "asyncio.exceptions.CancelledError"
    assert captured.one("after").parent is None


def test_the_wrapped_function_keeps_its_face() -> None:
    """Name, docs, signature and annotations survive."""

    def answer(question: str, *, style: str = "x") -> str:
        """Answers."""
        return question

    traced = trace(answer)
    assert (traced.__name__, traced.__doc__) == ("answer", "Answers.")
    assert inspect.signature(traced) == inspect.signature(answer)
    assert traced.__annotations__ == answer.__annotations__


def test_an_iterator_that_is_returned_is_not_consumed(captured: Captured) -> None:
    """A function that returns a generator object gives it back untouched."""
    result = trace(name="f")(lambda: (n for n in range(3)))()
    assert list(result) == [0, 1, 2]
    assert "generator" in captured.one("f").attributes["output.value"]


def test_partials_and_callables_are_traced(captured: Captured) -> None:
    """`functools.partial` and callable objects have no qualified name, and need none."""
    assert trace(functools.partial(max, 3))(5) == 5
    assert captured.spans[0].attributes["output.value"] == "5"


@given(st.lists(st.integers() | st.text() | st.none()), st.dictionaries(st.text(min_size=1), st.binary()))
def test_tracing_changes_no_result(args: list[Any], kwargs: dict[str, Any]) -> None:
    """Whatever is passed, the traced function returns the very same objects."""

    def give_back(*a: Any, **k: Any) -> tuple[Any, Any]:
        return a, k

    with capture() as captured:
        given_back = trace(give_back)(*args, **kwargs)
    assert given_back == (tuple(args), kwargs)
    assert all(x is y for x, y in zip(given_back[0], args, strict=True))
    assert len(captured.spans) == 1
