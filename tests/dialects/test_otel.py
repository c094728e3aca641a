"""OpenTelemetry's GenAI convention, current and older."""

from __future__ import annotations

import json

from tests.dialects.conftest import Example, RowsOf, check
from tests.otlp_samples import make_span

PARTS = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}]
OPENAI = [{"role": "user", "content": "hi", "tool_calls": []}]

CURRENT = Example(
    "current names",
    {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 50,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.cache_write.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 20,
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.response.time_to_first_chunk": 0.25,
        "gen_ai.request.stream": True,
        "gen_ai.input.messages": json.dumps(PARTS),
        "gen_ai.output.messages": json.dumps(ANSWER),
        "gen_ai.system_instructions": '[{"type":"text","content":"be kind"}]',
        "gen_ai.tool.definitions": '[{"type":"function","name":"f"}]',
        "gen_ai.conversation.id": "c1",
        "gen_ai.agent.name": "helper",
        "gen_ai.prompt.name": "greeting",
        "gen_ai.prompt.version": "3",
        "user.id": "u1",
    },
    {
        "Kind": "llm",
        "Operation": "chat",
        "Provider": "openai",
        "RequestModel": "gpt-4o",
        "ResponseModel": "gpt-4o-2024-08-06",
        "ResponseId": "chatcmpl-1",
        "InputTokens": 100,
        "OutputTokens": 50,
        "CachedInputTokens": 40,
        "CacheWriteTokens": 10,
        "ReasoningTokens": 20,
        "FinishReasons": ["stop", "length"],
        "TimeToFirstToken": 250_000_000,
        "Streaming": True,
        "InputMessages": PARTS,
        "OutputMessages": ANSWER,
        "SystemInstructions": [{"type": "text", "content": "be kind"}],
        "ToolDefinitions": [{"type": "function", "name": "f"}],
        "SessionId": "c1",
        "AgentName": "helper",
        "PromptName": "greeting",
        "PromptVersion": "3",
        "UserId": "u1",
    },
)
OLDER = Example(
    "names before 1.37",
    {
        "gen_ai.system": "az.ai.openai",
        "gen_ai.usage.prompt_tokens": 7,
        "gen_ai.usage.completion_tokens": 8,
        "gen_ai.usage.cache_creation.input_tokens": 2,
        "gen_ai.prompt": json.dumps(OPENAI),
        "gen_ai.completion": '[{"role":"assistant","content":"hello"}]',
        "enduser.id": "u2",
        "gen_ai.request.model": "gpt-4",
    },
    {
        "Provider": "azure.ai.openai",
        "InputTokens": 7,
        "OutputTokens": 8,
        "CacheWriteTokens": 2,
        "InputMessages": PARTS,
        "OutputMessages": [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}],
        "UserId": "u2",
        "Kind": "llm",
    },
)
OTHERS = (
    Example(
        "messages in another shape are left as they are",
        {"gen_ai.input.messages": json.dumps(OPENAI)},
        {"InputMessages": OPENAI},
    ),
    Example(
        "reasons inside the messages alone",
        {"gen_ai.output.messages": json.dumps(ANSWER)},
        {"FinishReasons": ["stop"]},
    ),
    Example(
        "retrieval",
        {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "why",
            "gen_ai.retrieval.documents": '[{"id":"d1","score":0.5}]',
        },
        {"Kind": "retriever", "Input": "why", "Documents": [{"id": "d1", "score": 0.5}]},
    ),
    Example(
        "tool",
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "f",
            "gen_ai.tool.call.arguments": '{"a":1}',
            "gen_ai.tool.call.result": "2",
        },
        {"Kind": "tool", "ToolName": "f", "Input": '{"a":1}', "Output": "2"},
    ),
    Example("agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"}, {"Kind": "agent"}),
    Example("embeddings", {"gen_ai.operation.name": "embeddings"}, {"Kind": "embedding"}),
    Example("an operation nobody knows", {"gen_ai.operation.name": "dream"}, {"Kind": "", "Operation": "dream"}),
    Example("no GenAI at all", {"http.request.method": "GET"}, {"Kind": "", "InputTokens": None, "Streaming": None}),
)


def test_every_form_of_the_convention_fills_the_same_columns(rows_of: RowsOf) -> None:
    """Current names, older names and what an operation makes of a span."""
    check((CURRENT, OLDER, *OTHERS), rows_of)


def test_text_columns_are_not_stored_twice(rows_of: RowsOf) -> None:
    """SpanAttributes keeps what was sent less the texts that have a column of their own."""
    (row,) = rows_of([make_span(CURRENT.attributes)])
    assert row["SpanAttributes"]["gen_ai.request.model"] == "gpt-4o"
    assert not {"gen_ai.input.messages", "gen_ai.output.messages"} & set(row["SpanAttributes"])
