"""What is read from model calls: messages, replies, streamed chunks, usage; and the handle in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

import spanglass
from spanglass import current_span, span, trace
from spanglass.capture.usage import usage_attributes
from spanglass.runtime import runtime
from spanglass.testing import Captured

MESSAGES = [{"role": "user", "content": "hi"}]
REPLY = {
    "model": "gpt-4o-2024",
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "hey"}}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
}


def test_messages_and_model_are_picked_up_from_the_arguments(captured: Captured) -> None:
    """They become the conventions' attributes, as they were when the call began; the rest stays the input."""

    @trace(name="ask", kind="llm")
    def ask(messages: list[Any], model: str, temperature: float = 0) -> str:
        messages.append("later")
        return "hey"

    ask(list(MESSAGES), "gpt-4o", temperature=0.5)
    attributes = captured.one("ask").attributes
    assert json.loads(attributes["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]}
    ]
    assert attributes["gen_ai.request.model"] == "gpt-4o"
    assert json.loads(attributes["input.value"]) == {"model": "gpt-4o", "temperature": 0.5}
    assert "spanglass.call.messages" not in attributes


def test_a_reply_is_read(captured: Captured) -> None:
    """Messages, usage, model and finish reasons; what the application said itself wins."""

    @trace(name="ask", kind="llm")
    def ask() -> Any:
        current_span().update(response_model="said")
        return REPLY

    ask()
    attributes = captured.one("ask").attributes
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"] == [{"type": "text", "content": "hey"}]
    assert (attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.cache_read.input_tokens"]) == (9, 4)
    assert (attributes["gen_ai.response.model"], attributes["gen_ai.response.finish_reasons"]) == ("said", ("stop",))


def chunk(delta: dict[str, Any], **more: Any) -> ChatCompletionChunk:
    choice = {"index": 0, "delta": delta, "finish_reason": more.pop("finish_reason", None)}
    return ChatCompletionChunk.model_validate(
        {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    )


def test_chunks_of_openai_become_one_message(captured: Captured) -> None:
    """Text, tool calls in pieces, finish reason and the usage of the last chunk."""
    pieces = [{"index": 0, "id": "c", "function": {"name": "add", "arguments": '{"a"'}}]
    rest = [{"index": 0, "function": {"arguments": ":1}"}}]
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}

    @trace(name="ask", kind="llm")
    def ask() -> Iterator[Any]:
        yield chunk({"role": "assistant", "content": "he"})
        yield chunk({"content": "y", "tool_calls": pieces})
        yield chunk({"tool_calls": rest}, finish_reason="tool_calls", usage=usage)

    assert len(list(ask())) == 3
    attributes = captured.one("ask").attributes
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"] == [
        {"type": "text", "content": "hey"},
        {"type": "tool_call", "name": "add", "arguments": {"a": 1}, "id": "c"},
    ]
    assert attributes["gen_ai.response.finish_reasons"] == ("tool_calls",)
    assert attributes["gen_ai.usage.output_tokens"] == 2


def test_events_of_anthropic_become_one_message(captured: Captured) -> None:
    """Blocks opened, extended and closed; input tokens include the cached ones."""
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": {"model": "m", "usage": {"input_tokens": 5, "cache_read_input_tokens": 7}},
        },
        {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hey"}},
        {"type": "content_block_start", "content_block": {"type": "tool_use", "id": "t", "name": "add", "input": {}}},
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 4}},
    ]
    list(trace(name="ask", kind="llm")(generate)(events))
    attributes = captured.one("ask").attributes
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"] == [
        {"type": "text", "content": "hey"},
        {"type": "tool_call", "id": "t", "name": "add", "arguments": {"a": 1}},
    ]
    assert (attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]) == (12, 4)


def generate(events: list[Any]) -> Iterator[Any]:
    yield from events


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 1, "completion_tokens": 2}, {"input": 1, "output": 2}),
        ({"input_tokens": 1, "cache_creation_input_tokens": 2}, {"input": 3, "cache_creation.input": 2}),
        (
            {"promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 3},
            {"input": 5, "output": 5, "reasoning.output": 3},
        ),
        ({"inputTokens": 5, "outputTokens": 0}, {"input": 5, "output": 0}),
        ({}, {}),
    ],
)
def test_usage_of_every_provider_becomes_totals(usage: dict[str, int], expected: dict[str, int]) -> None:
    """Unknown stays unknown; what is 0 is 0."""
    assert usage_attributes(usage) == {f"gen_ai.usage.{name}_tokens": count for name, count in expected.items()}


def test_the_handle_speaks_in_plain_words(captured: Captured) -> None:
    """Messages, usage, cost, prompt and events; everything can be chained."""
    with span("call", kind="llm") as s:
        s.update(messages=MESSAGES, usage=REPLY["usage"], cost=0.5).prompt("greet", 3, {"name": "jo", "api_key": "k"})
        s.event("retry", attempt=2, why={"code": 429}).metadata(team="x")
    found = captured.one("call")
    attributes = found.attributes
    assert (attributes["spanglass.cost.usd"], attributes["gen_ai.usage.input_tokens"]) == (0.5, 9)
    assert (attributes["gen_ai.prompt.name"], attributes["gen_ai.prompt.version"]) == ("greet", "3")
    assert json.loads(attributes["gen_ai.prompt.variables"]) == {"name": "jo", "api_key": "[redacted]"}
    assert dict(found.events[0].attributes or {}) == {"attempt": 2, "why": '{"code":429}'}


def test_what_the_handle_says_of_the_request_reaches_the_spans_inside(captured: Captured) -> None:
    """Session, user, tags and metadata: on the span, its later children of any library, and not beside it."""
    with span("outer"):
        with span("before"):
            pass
        current_span().session("s-1").user("u-1").tags("a").metadata(plan="pro")
        with span("inner"):
            current_span().tags("b")
            runtime.provider.get_tracer("third").start_span("leaf").end()
    with span("after"):
        pass
    leaf, before, after = (captured.one(name).attributes for name in ("leaf", "before", "after"))
    assert (leaf["gen_ai.conversation.id"], leaf["user.id"]) == ("s-1", "u-1")
    assert (leaf["spanglass.tags"], leaf["spanglass.metadata.plan"]) == (("a", "b"), "pro")
    assert not {"gen_ai.conversation.id", "user.id"} & (set(before) | set(after))


def test_a_trace_continues_in_another_service(captured: Captured) -> None:
    """`inject` and `extract` carry the trace, and with `identity` who it is about; case does not matter."""
    with spanglass.context(session="s", user="u", tags=["a", "b"]), span("caller"):
        plain, named = spanglass.inject(), spanglass.inject({}, identity=True)
    with spanglass.extract({name.title(): value for name, value in named.items()}), span("served"):
        pass
    with spanglass.extract(plain), span("anonymous"):
        pass
    with spanglass.extract({"traceparent": "broken"}), span("alone"):
        pass
    caller, served, alone = (captured.one(name) for name in ("caller", "served", "alone"))
    assert served.parent is not None
    assert caller.context is not None
    assert (served.parent.trace_id, served.parent.span_id) == (caller.context.trace_id, caller.context.span_id)
    assert (served.attributes["gen_ai.conversation.id"], served.attributes["user.id"]) == ("s", "u")
    assert served.attributes["spanglass.tags"] == ("a", "b")
    assert "user.id" not in captured.one("anonymous").attributes
    assert alone.parent is None


def test_threads_get_the_context_when_asked(captured: Captured) -> None:
    """`carry` for one function; `patch_threads` for all, until it is undone; worker threads keep nobody's context."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    work = trace(name="work")(lambda: None)
    undo = spanglass.patch_threads()
    with ThreadPoolExecutor(1) as pool:
        with span("outer"):
            pool.submit(work).result()
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        pool.submit(work).result()
        undo()
        with span("later"):
            pool.submit(spanglass.carry(work)).result()
            pool.submit(work).result()
    outer, later = captured.one("outer").context, captured.one("later").context
    assert [found.parent for found in captured.named("work")] == [outer, outer, None, later, None]
    assert threading.Thread.start.__module__ == "threading"
