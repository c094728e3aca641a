"""The handle on the current span, the block form, ambient attributes and scores."""

from __future__ import annotations

import asyncio
import json

import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace as otel
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import spanglass
from spanglass import current_span, score, span, trace
from spanglass.errors import ScoreTargetError
from spanglass.runtime import runtime
from spanglass.safety import wall
from spanglass.testing import Captured


def test_update_says_it_in_the_names_of_the_conventions(captured: Captured) -> None:
    """Model, tokens, prompt, cost and finish reasons get their standard attributes, of their standard
    types."""
    with span("call", kind="llm") as s:
        s.update(model="gpt-4o", response_model="gpt-4o-2024", provider="openai", cost_usd=0.25)
        s.update(input_tokens=10, output_tokens=20, cached_input_tokens=4, reasoning_tokens=5)
        s.update(finish_reasons=["stop"], time_to_first_token_s=0.5, streaming=True)
        s.update(prompt_name="greet", prompt_version="3", metadata={"team": "x", "flags": [1]})
    assert dict(captured.one("call").attributes or {}) == {
        "spanglass.span.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.provider.name": "openai",
        "spanglass.cost.usd": 0.25,
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.time_to_first_chunk": 0.5,
        "gen_ai.request.stream": True,
        "gen_ai.prompt.name": "greet",
        "gen_ai.prompt.version": "3",
        "spanglass.metadata.team": "x",
        "spanglass.metadata.flags": "[1]",
    }


def test_openai_messages_become_parts(captured: Captured) -> None:
    """Text, tool calls, tool answers and images in OpenAI's shape are rewritten; parts pass unchanged."""
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
    picture = {"type": "image_url", "image_url": {"url": "http://x/y.png"}}
    with span("call", kind="llm") as s:
        s.update(
            system="be brief",
            input_messages=[
                {"role": "user", "content": [{"type": "text", "text": "hi"}, picture]},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": "2"},
                {"role": "user", "parts": [{"type": "text", "content": "kept"}]},
            ],
            output_messages="two",
        )
    attributes = captured.one("call").attributes
    assert json.loads(attributes["gen_ai.system_instructions"]) == [{"type": "text", "content": "be brief"}]
    assert [message["parts"] for message in json.loads(attributes["gen_ai.input.messages"])] == [
        [{"type": "text", "content": "hi"}, {"type": "uri", "modality": "image", "uri": "http://x/y.png"}],
        [{"type": "tool_call", "name": "add", "arguments": {"a": 1}, "id": "c1"}],
        [{"type": "tool_call_response", "response": "2", "id": "c1"}],
        [{"type": "text", "content": "kept"}],
    ]
    assert json.loads(attributes["gen_ai.output.messages"]) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "two"}]}
    ]


def test_an_explicit_output_wins_over_the_return_value(captured: Captured) -> None:
    """`update(output=...)` inside a traced function is what is recorded."""

    @trace(name="f")
    def answer() -> str:
        current_span().update(output={"shown": 1})
        return "returned"

    answer()
    assert captured.one("f").attributes["output.value"] == '{"shown":1}'


def test_update_outside_of_any_span_does_nothing(captured: Captured) -> None:
    """Library code may call it without knowing whether it is traced."""
    assert current_span().update(model="x", output=1).trace_id == "0" * 32
    assert captured.spans == []


def test_context_describes_every_span_inside(captured: Captured) -> None:
    """Session, user, tags and metadata reach our spans and third-party spans; nested contexts add up."""
    with (
        spanglass.context(session="s", user="u", tags=["a"], metadata={"k": 1}),
        spanglass.tags("b"),
        span("ours"),
    ):
        runtime.provider.get_tracer("third").start_span("theirs").end()
    trace(name="after")(lambda: None)()
    for name in ("ours", "theirs"):
        attributes = captured.one(name).attributes
        assert (attributes["gen_ai.conversation.id"], attributes["user.id"]) == ("s", "u")
        assert (attributes["spanglass.tags"], attributes["spanglass.metadata.k"]) == (("a", "b"), 1)
    assert "user.id" not in captured.one("after").attributes


def test_a_block_records_input_and_exception(captured: Captured) -> None:
    """`with span(...)` and `async with span(...)` end on exceptions and pass them unchanged."""
    error = LookupError("x")

    async def main() -> None:
        async with span("block", kind="retriever", input={"q": 1}):
            raise error

    with pytest.raises(LookupError) as raised:
        asyncio.run(main())
    assert raised.value is error
    attributes = captured.one("block").attributes
    assert (attributes["input.value"], attributes["error.type"]) == ('{"q":1}', "LookupError")


def test_a_block_of_unknown_kind_never_breaks_the_application(captured: Captured) -> None:
    """With the wall up, a mistake in the call costs the span; the block still runs."""
    wall.raises = False
    before = spanglass.stats().internal_errors
    with span("x", kind="robot"):  # type: ignore[arg-type]
        reached = True
    assert reached
    assert spanglass.stats().internal_errors == before + 1


def test_a_score_is_an_event_on_the_current_span(captured: Captured) -> None:
    """The event has the names of the conventions, and only what was said."""
    with span("call") as s:
        score("helpful", 1, label="good")
        s.score("helpful", 1, label="good")
    event, same = captured.one("call").events
    assert same.attributes == event.attributes
    assert event.name == "gen_ai.evaluation.result"
    assert event.attributes == {
        "gen_ai.evaluation.name": "helpful",
        "gen_ai.evaluation.score.value": 1.0,
        "gen_ai.evaluation.score.label": "good",
    }


def test_an_ended_span_is_scored_by_its_ids(captured: Captured) -> None:
    """A zero-length child of the target carries the event and the target's id."""
    with span("call") as s:
        pass
    score("thumb", label="up", trace_id=s.trace_id, span_id=s.span_id)
    scored, target = captured.one("score thumb"), captured.one("call")
    assert scored.context.trace_id == target.context.trace_id
    assert scored.parent.span_id == target.context.span_id
    assert scored.attributes["spanglass.score.target_span_id"] == s.span_id
    assert scored.start_time == scored.end_time == scored.events[0].timestamp


@pytest.mark.parametrize("ids", [{}, {"trace_id": "1"}, {"trace_id": "0", "span_id": "0"}])
def test_a_score_without_a_target_says_so(captured: Captured, ids: dict[str, str]) -> None:
    """In tests it raises; in production it is counted and logged."""
    with pytest.raises(ScoreTargetError):
        score("x", 1.0, **ids)  # type: ignore[arg-type]


def test_our_span_is_the_current_span_of_opentelemetry(captured: Captured) -> None:
    """`get_current_span().set_attribute()` writes to it, and third-party spans nest both ways."""
    tracer = runtime.provider.get_tracer("third", "1.2")
    with tracer.start_as_current_span("outer"), span("ours"):
        otel.get_current_span().set_attribute("x", 1)
        with tracer.start_as_current_span("inner"):
            pass
    outer, ours, inner = (captured.one(name) for name in ("outer", "ours", "inner"))
    assert ours.attributes["x"] == 1
    assert (ours.parent, inner.parent) == (outer.context, ours.context)
    assert (inner.instrumentation_scope.name, inner.instrumentation_scope.version) == ("third", "1.2")


@pytest.mark.parametrize(("flags", "recorded"), [("01", 1), ("00", 0)])
def test_a_w3c_parent_is_honoured(captured: Captured, flags: str, recorded: int) -> None:
    """The remote trace goes on; one that was not sampled there is not recorded here."""
    header = {"traceparent": f"00-{7:032x}-{9:016x}-{flags}", "tracestate": "a=b"}
    token = otel_context.attach(TraceContextTextMapPropagator().extract(header))
    trace(name="f")(lambda: None)()
    otel_context.detach(token)
    assert len(captured.spans) == recorded
    for found in captured.spans:
        assert (found.context.trace_id, found.parent.span_id, found.parent.is_remote) == (7, 9, True)
        assert found.context.trace_state.to_header() == "a=b"
