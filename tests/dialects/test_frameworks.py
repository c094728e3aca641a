"""Langfuse, the Vercel AI SDK, pydantic-ai/Logfire, MLflow and the rest: one example each of what its spans carry."""

from __future__ import annotations

import json

from tests.dialects.conftest import Example, RowsOf, check
from tests.otlp_samples import START_NS, any_value, make_span

ASKED = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
SAID = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]
CHAT = json.dumps([{"role": "user", "content": "hi"}])
EXAMPLES = (
    Example(
        "Langfuse generation",
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "gpt-4o",
            "langfuse.observation.input": CHAT,
            "langfuse.observation.output": '{"role": "assistant", "content": "hello"}',
            "langfuse.observation.usage_details": '{"input": 9, "output": 5, "total": 14, "input_cached_tokens": 4}',
            "langfuse.observation.cost_details": '{"total": 0.5}',
            "langfuse.observation.completion_start_time": '"2025-10-09T08:53:20.500Z"',
            "langfuse.observation.prompt.name": "greet",
            "langfuse.observation.prompt.version": 3,
            "langfuse.trace.tags": ["a", "b"],
            "langfuse.environment": "staging",
            "langfuse.release": "v7",
            "langfuse.session.id": "s",
            "langfuse.user.id": "u",
        },
        {
            "Kind": "llm",
            "RequestModel": "gpt-4o",
            "InputMessages": ASKED,
            "OutputMessages": SAID,
            "InputTokens": 9,
            "OutputTokens": 5,
            "CachedInputTokens": 4,
            "ReportedCostUsd": 0.5,
            "TimeToFirstToken": 500_000_000,
            "PromptName": "greet",
            "PromptVersion": "3",
            "Tags": ["a", "b"],
            "Environment": "staging",
            "Release": "v7",
            "SessionId": "s",
            "UserId": "u",
        },
    ),
    Example(
        "Vercel AI SDK, the call itself",
        {
            "ai.operationId": "ai.streamText.doStream",
            "ai.model.id": "gpt-4o",
            "ai.model.provider": "openai.responses",
            "ai.prompt.messages": json.dumps(
                [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "hi"},
                            {"type": "image", "image": "https://e/x.png", "mediaType": "image/png"},
                        ],
                    },
                    {
                        "role": "tool",
                        "content": [
                            {
                                "type": "tool-result",
                                "toolCallId": "c",
                                "toolName": "f",
                                "output": {"type": "text", "value": "1"},
                            }
                        ],
                    },
                ]
            ),
            "ai.prompt.tools": ['{"type":"function","name":"f"}'],
            "ai.response.text": "hello",
            "ai.response.reasoning": "hm",
            "ai.response.toolCalls": json.dumps([{"toolCallId": "c", "toolName": "f", "args": '{"a":1}'}]),
            "ai.response.finishReason": "tool-calls",
            "ai.response.msToFirstChunk": 250.5,
            "ai.usage.inputTokens": 7,
            "ai.usage.outputTokens": 8,
            "ai.usage.cachedInputTokens": 2,
            "ai.usage.reasoningTokens": 3,
            "ai.telemetry.metadata.sessionId": "s",
            "ai.telemetry.metadata.userId": "u",
        },
        {
            "Kind": "llm",
            "Provider": "openai",
            "RequestModel": "gpt-4o",
            "InputMessages": [
                {
                    "role": "user",
                    "parts": [
                        {"type": "text", "content": "hi"},
                        {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://e/x.png"},
                    ],
                },
                {
                    "role": "tool",
                    "parts": [
                        {
                            "type": "tool_call_response",
                            "id": "c",
                            "name": "f",
                            "response": {"type": "text", "value": "1"},
                        }
                    ],
                },
            ],
            "OutputMessages": [
                {
                    "role": "assistant",
                    "parts": [
                        {"type": "reasoning", "content": "hm"},
                        {"type": "text", "content": "hello"},
                        {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}},
                    ],
                }
            ],
            "ToolDefinitions": [{"type": "function", "name": "f"}],
            "FinishReasons": ["tool_call"],
            "TimeToFirstToken": 250_500_000,
            "InputTokens": 7,
            "OutputTokens": 8,
            "CachedInputTokens": 2,
            "ReasoningTokens": 3,
            "SessionId": "s",
            "UserId": "u",
        },
    ),
    Example(
        "Vercel AI SDK, the span around it, which repeats its usage",
        {
            "ai.operationId": "ai.streamText",
            "ai.model.id": "m",
            "ai.usage.inputTokens": 7,
            "ai.prompt": json.dumps({"messages": json.loads(CHAT)}),
        },
        {"Kind": "chain", "InputMessages": ASKED, "CostUsd": None},
    ),
    Example(
        "Vercel AI SDK, a tool",
        {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "f", "ai.toolCall.args": "{}", "ai.toolCall.result": "1"},
        {"Kind": "tool", "ToolName": "f", "Input": "{}", "Output": "1"},
    ),
    Example(
        "pydantic-ai, messages as events in one attribute",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.details.reasoning_tokens": 3,
            "operation.cost": 0.25,
            "logfire.tags": ["x"],
            "events": json.dumps(
                [
                    {"event.name": "gen_ai.user.message", "content": "hi", "role": "user", "gen_ai.message.index": 0},
                    {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "hello"}},
                ]
            ),
        },
        {
            "Kind": "llm",
            "ReasoningTokens": 3,
            "ReportedCostUsd": 0.25,
            "Tags": ["x"],
            "InputMessages": ASKED,
            "OutputMessages": SAID,
        },
    ),
    Example(
        "pydantic-ai, an agent before it named its operation",
        {"agent_name": "helper", "model_name": "gpt-4o", "gen_ai.usage.input_tokens": 5, "all_messages_events": "[]"},
        {"Kind": "agent", "AgentName": "helper", "CostUsd": None},
    ),
    Example(
        "MLflow, whose values are JSON",
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.llm.model": '"gpt-4o"',
            "mlflow.spanInputs": json.dumps({"messages": json.loads(CHAT), "model": "gpt-4o"}),
            "mlflow.spanOutputs": json.dumps(
                {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}]}
            ),
            "mlflow.chat.tokenUsage": '{"input_tokens": 9, "output_tokens": 5, "total_tokens": 14}',
            "mlflow.llm.cost": '{"total_cost": 0.5}',
            "mlflow.trace.session": '"s"',
        },
        {
            "Kind": "llm",
            "RequestModel": "gpt-4o",
            "InputMessages": ASKED,
            "OutputMessages": [SAID[0] | {"finish_reason": "stop"}],
            "FinishReasons": ["stop"],
            "InputTokens": 9,
            "OutputTokens": 5,
            "ReportedCostUsd": 0.5,
            "SessionId": "s",
        },
    ),
    Example(
        "Anthropic's own shape, as frameworks copy it",
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.input": json.dumps(
                [
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "thinking", "thinking": "hm", "signature": "x"},
                            {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"type": "tool_result", "tool_use_id": "c", "content": "1"},
                            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                        ],
                    },
                ]
            ),
        },
        {
            "InputMessages": [
                {
                    "role": "assistant",
                    "parts": [
                        {"type": "reasoning", "content": "hm", "signature": "x"},
                        {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}},
                    ],
                },
                {
                    "role": "user",
                    "parts": [
                        {"type": "tool_call_response", "id": "c", "response": "1"},
                        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
                    ],
                },
            ]
        },
    ),
    Example(
        "Google's own shape, as its agent kit sends it",
        {
            "gen_ai.operation.name": "generate_content",
            "gcp.vertex.agent.llm_request": json.dumps(
                {
                    "contents": [
                        {"role": "user", "parts": [{"text": "hi"}]},
                        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]},
                    ]
                }
            ),
            "gcp.vertex.agent.llm_response": json.dumps({"content": {"role": "model", "parts": [{"text": "hello"}]}}),
        },
        {
            "InputMessages": [
                *ASKED,
                {"role": "assistant", "parts": [{"type": "tool_call", "name": "f", "arguments": {"a": 1}}]},
            ],
            "OutputMessages": SAID,
        },
    ),
    Example(
        "OpenLIT, LangSmith, Laminar",
        {
            "gen_ai.request.model": "m",
            "gen_ai.request.is_stream": True,
            "gen_ai.usage.cost": 0.125,
            "gen_ai.usage.prompt_tokens_details.cached_tokens": 3,
            "gen_ai.usage.input_tokens": 9,
            "langsmith.span.tags": "a, b",
            "lmnr.association.properties.session_id": "s",
            "gen_ai.environment": "test",
        },
        {
            "Kind": "llm",
            "Streaming": True,
            "ReportedCostUsd": 0.125,
            "CachedInputTokens": 3,
            "Tags": ["a", "b"],
            "SessionId": "s",
            "Environment": "test",
        },
    ),
    Example(
        "Logfire keeps the provider's own usage: OpenAI",
        {
            "gen_ai.usage.input_tokens": 88,
            "gen_ai.usage.output_tokens": 65,
            "gen_ai.usage.raw": '{"input_tokens":88,"input_tokens_details":{"cached_tokens":7},"output_tokens":65,'
            '"output_tokens_details":{"reasoning_tokens":45}}',
        },
        {"InputTokens": 88, "OutputTokens": 65, "CachedInputTokens": 7, "ReasoningTokens": 45},
    ),
    Example(
        "Logfire keeps the provider's own usage: Anthropic",
        {
            "gen_ai.usage.input_tokens": 1200,
            "gen_ai.usage.output_tokens": 2,
            "gen_ai.usage.raw": '{"input_tokens":4,"cache_read_input_tokens":1167,"cache_creation_input_tokens":29,'
            '"cache_creation":{"ephemeral_5m_input_tokens":9,"ephemeral_1h_input_tokens":20},"service_tier":"batch"}',
        },
        {
            "InputTokens": 1200,
            "CachedInputTokens": 1167,
            "CacheWriteTokens": 29,
            "CacheWrite1hTokens": 20,
            "ServiceTier": "batch",
        },
    ),
    Example(
        "Anthropic's client tells its calls itself",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "claude-sonnet-4-5",
            "anthropic.message.stop_reason": "end_turn",
            "anthropic.response.service_tier": "priority",
        },
        {"Kind": "llm", "FinishReasons": ["stop"], "ServiceTier": "priority"},
    ),
)


def test_every_framework_means_the_same(rows_of: RowsOf) -> None:
    """Kind, models, tokens, cost, times, messages: read where each dialect says them."""
    check(EXAMPLES, rows_of)


def test_messages_on_span_events_are_messages(rows_of: RowsOf) -> None:
    """The convention before 1.37 and before 1.27, as events with flattened attributes."""
    newer, older = make_span({"gen_ai.system": "openai"}), make_span({"gen_ai.system": "openai"})
    events = {
        "gen_ai.user.message": {"content": "hi"},
        "gen_ai.choice": {"index": 0, "finish_reason": "stop", "message": '{"role":"assistant","content":"hello"}'},
    }
    for span, named in (
        (newer, events),
        (
            older,
            {
                "gen_ai.content.prompt": {"gen_ai.prompt": CHAT},
                "gen_ai.content.completion": {"gen_ai.completion": '[{"role":"assistant","content":"hello"}]'},
            },
        ),
    ):
        for name, attributes in named.items():
            event = span.events.add(name=name, time_unix_nano=START_NS)
            for key, value in attributes.items():
                event.attributes.add(key=key).value.CopyFrom(any_value(value))
    for row in rows_of([newer, older]):
        assert json.loads(row["InputMessages"]) == ASKED
        assert [message["parts"] for message in json.loads(row["OutputMessages"])] == [SAID[0]["parts"]]


def test_documents_come_from_events_too(rows_of: RowsOf) -> None:
    """A vector store's results, one event each."""
    span = make_span({"db.system": "chroma"})
    for n in range(2):
        event = span.events.add(name="db.query.result", time_unix_nano=START_NS)
        for key, value in {"id": f"d{n}", "score": n / 2, "document": "text"}.items():
            event.attributes.add(key=f"db.query.result.{key}").value.CopyFrom(any_value(value))
    (row,) = rows_of([span])
    assert json.loads(row["Documents"]) == [{"id": f"d{n}", "content": "text", "score": n / 2} for n in range(2)]


def test_links_keep_their_ids_and_attributes(rows_of: RowsOf) -> None:
    """A span's links and events do not mix, though they are read together."""
    span = make_span()
    span.events.add(name="e").attributes.add(key="k").value.string_value = "of the event"
    link = span.links.add(trace_id=b"\x01" * 16, span_id=b"\x02" * 8)
    link.attributes.add(key="k").value.string_value = "of the link"
    (row,) = rows_of([span])
    assert row["Events.Attributes"] == [{"k": "of the event"}]
    assert (row["Links.TraceId"], row["Links.Attributes"]) == (["01" * 16], [{"k": "of the link"}])
