"""OpenLLMetry: flattened prompts and completions of older releases, association properties, chunk events."""

from __future__ import annotations

from typing import Any

from tests.dialects.conftest import Example, RowsOf, check
from tests.otlp_samples import START_NS, make_span

CALL: dict[str, Any] = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.usage.prompt_tokens": 11,
    "gen_ai.usage.completion_tokens": 5,
    "gen_ai.usage.cache_read_input_tokens": 4,
    "gen_ai.usage.reasoning_tokens": 3,
    "llm.is_streaming": False,
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "weather?",
    "gen_ai.prompt.1.role": "tool",
    "gen_ai.prompt.1.tool_call_id": "c0",
    "gen_ai.prompt.1.content": '{"sun": 1}',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.id": "c1",
    "gen_ai.completion.0.tool_calls.0.name": "weather",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"at":"Rome"}',
    "gen_ai.completion.0.tool_calls.1.id": "c2",
    "gen_ai.completion.0.tool_calls.1.name": "time",
    "gen_ai.completion.1.content": "or this",
    "gen_ai.completion.1.finish_reason": "stop",
    "llm.request.functions.0.name": "weather",
    "llm.request.functions.0.description": "tells it",
    "llm.request.functions.0.parameters": '{"type":"object"}',
    "traceloop.association.properties.session_id": "s1",
    "traceloop.association.properties.user_id": "u1",
}
ROW: dict[str, Any] = {
    "Kind": "llm",
    "Operation": "chat",
    "Provider": "openai",
    "InputTokens": 11,
    "OutputTokens": 5,
    "CachedInputTokens": 4,
    "ReasoningTokens": 3,
    "Streaming": False,
    "FinishReasons": ["tool_call", "stop"],
    "InputMessages": [
        {"role": "user", "parts": [{"type": "text", "content": "weather?"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c0", "response": '{"sun": 1}'}]},
    ],
    "OutputMessages": [
        {
            "role": "assistant",
            "parts": [
                {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"at": "Rome"}},
                {"type": "tool_call", "id": "c2", "name": "time"},
            ],
            "finish_reason": "tool_calls",
        },
        {"role": "assistant", "parts": [{"type": "text", "content": "or this"}], "finish_reason": "stop"},
    ],
    "ToolDefinitions": [
        {"type": "function", "name": "weather", "description": "tells it", "parameters": {"type": "object"}}
    ],
    "SessionId": "s1",
    "UserId": "u1",
}
OTHERS = (
    Example(
        "workflow",
        {
            "traceloop.span.kind": "workflow",
            "traceloop.entity.input": '{"args": [1]}',
            "traceloop.entity.output": "2",
            "traceloop.association.properties.thread_id": "t1",
        },
        {"Kind": "chain", "Input": '{"args": [1]}', "Output": "2", "SessionId": "t1"},
    ),
    Example("tool", {"traceloop.span.kind": "tool"}, {"Kind": "tool"}),
    Example("rerank", {"llm.request.type": "rerank"}, {"Kind": "reranker"}),
    Example("unknown", {"traceloop.span.kind": "unknown"}, {"Kind": ""}),
    Example(
        "refusal",
        {"gen_ai.completion.0.refusal": "no"},
        {"OutputMessages": [{"role": "assistant", "parts": [{"type": "text", "content": "no"}]}]},
    ),
    Example(
        "Cohere's stream: its parts as JSON text",
        {
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": '[{"thinking": null, "text": "hello"}]',
        },
        {"OutputMessages": [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]},
    ),
    Example(
        "Mistral's stream of a call: a reason and no words",
        {"gen_ai.completion.0.finish_reason": "tool_calls", "gen_ai.completion.0.role": ""},
        {"FinishReasons": ["tool_call"]},
    ),
)


def test_openllmetry_means_the_same(rows_of: RowsOf) -> None:
    """Prompts, completions, their tool calls and reasons end in the convention's JSON."""
    check((Example("model call", CALL, ROW), *OTHERS), rows_of)


def test_the_first_of_many_chunk_events_counts(rows_of: RowsOf) -> None:
    """One event a chunk is sent; the first is the first token."""
    span = make_span({key: value for key, value in CALL.items() if "streaming" not in key})
    for i in (5, 9, 12):
        span.events.add(name="gen_ai.content.completion.chunk", time_unix_nano=START_NS + i)
    (row,) = rows_of([span])
    assert (row["TimeToFirstToken"], row["Streaming"]) == (5, True)
