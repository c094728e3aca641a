"""OpenInference: flattened messages, several parts, tools, documents, parameters as JSON."""

from __future__ import annotations

import json
from typing import Any

from tests.dialects.conftest import Example, RowsOf, check
from tests.otlp_samples import START_NS, make_span

CALL: dict[str, Any] = {
    "openinference.span.kind": "LLM",
    "llm.system": "openai",
    "llm.provider": "azure",
    "llm.model_name": "gpt-4o-2024-08-06",
    "llm.invocation_parameters": '{"model": "gpt-4o", "stream": true, "temperature": 0.1}',
    "llm.token_count.prompt": 11,
    "llm.token_count.completion": 5,
    "llm.token_count.prompt_details.cache_read": 4,
    "llm.token_count.completion_details.reasoning": 3,
    "llm.finish_reason": "tool_calls",
    "llm.cost.total": 0.25,
    "session.id": "s1",
    "user.id": "u1",
    "tag.tags": ["a", "b"],
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "be kind",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": 'what is "this"?\n',
    "llm.input_messages.1.message.contents.1.message_content.type": "image",
    "llm.input_messages.1.message.contents.1.message_content.image.image.url": "https://example.com/x.png",
    "llm.input_messages.2.message.role": "assistant",
    "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c1",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "look",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"at": 1}',
    "llm.input_messages.3.message.role": "tool",
    "llm.input_messages.3.message.content": "a cat",
    "llm.input_messages.3.message.tool_call_id": "c1",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
    "llm.output_messages.0.message.contents.0.message_content.encrypted_content": "gAAA",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "not json",
    "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "look"}}',
}
ROW: dict[str, Any] = {
    "Kind": "llm",
    "Provider": "azure.ai.openai",
    "RequestModel": "gpt-4o",
    "ResponseModel": "gpt-4o-2024-08-06",
    "Streaming": True,
    "InputTokens": 11,
    "OutputTokens": 5,
    "CachedInputTokens": 4,
    "ReasoningTokens": 3,
    "CostUsd": 0.25,
    "FinishReasons": ["tool_call"],
    "SessionId": "s1",
    "UserId": "u1",
    "Tags": ["a", "b"],
    "InputMessages": [
        {"role": "system", "parts": [{"type": "text", "content": "be kind"}]},
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": 'what is "this"?\n'},
                {"type": "uri", "modality": "image", "uri": "https://example.com/x.png"},
            ],
        },
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "look", "arguments": {"at": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "a cat"}]},
    ],
    "OutputMessages": [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "encrypted_content": "gAAA"},
                {"type": "tool_call", "name": "look", "arguments": "not json"},
            ],
        }
    ],
    "ToolDefinitions": [{"type": "function", "function": {"name": "look"}}],
}
OTHERS = (
    Example(
        "retriever",
        {
            "openinference.span.kind": "RETRIEVER",
            "input.value": "why",
            "retrieval.documents.0.document.id": "d1",
            "retrieval.documents.0.document.score": 0.5,
            "retrieval.documents.0.document.content": "because",
            "retrieval.documents.1.document.content": "[1, 2]",
            "retrieval.documents.1.document.metadata": '{"page": 3}',
        },
        {
            "Kind": "retriever",
            "Input": "why",
            "Documents": [
                {"id": "d1", "score": 0.5, "content": "because"},
                {"content": "[1, 2]", "metadata": {"page": 3}},
            ],
        },
    ),
    Example(
        "reranker",
        {
            "openinference.span.kind": "RERANKER",
            "reranker.query": "why",
            "reranker.model_name": "r1",
            "reranker.output_documents.0.document.id": "d1",
            "reranker.output_documents.0.document.score": "0.9",
        },
        {"Kind": "reranker", "Input": "why", "RequestModel": "r1", "Documents": [{"id": "d1", "score": 0.9}]},
    ),
    Example(
        "embedding",
        {
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "ada-002",
            "embedding.invocation_parameters": '{"model": "ada"}',
        },
        {"Kind": "embedding", "RequestModel": "ada", "ResponseModel": "ada-002"},
    ),
    Example(
        "completions, and the function call of old",
        {
            "openinference.span.kind": "LLM",
            "llm.prompts.0.prompt.text": "once",
            "llm.choices.0.completion.text": " upon",
            "llm.input_messages.0.message.function_call_name": "f",
        },
        {
            "InputMessages": [
                {"role": "user", "parts": [{"type": "text", "content": "once"}, {"type": "tool_call", "name": "f"}]}
            ],
            "OutputMessages": [{"role": "assistant", "parts": [{"type": "text", "content": " upon"}]}],
        },
    ),
    Example("a kind nobody knows", {"openinference.span.kind": "UNKNOWN"}, {"Kind": ""}),
)


def test_openinference_means_the_same(rows_of: RowsOf) -> None:
    """Messages, calls, documents and tools end in the convention's JSON, whatever keys spelled them."""
    check((Example("model call", CALL, ROW), *OTHERS), rows_of)


def test_keys_that_became_json_are_not_stored_twice_and_others_stay(rows_of: RowsOf) -> None:
    """Of flattened keys, SpanAttributes keeps those that no column reads."""
    unread = {"llm.input_messages.0.message.mood": "good", "llm.tools.0.tool.cost": 1}
    (row,) = rows_of([make_span(CALL | unread)])
    kept = {key: value for key, value in row["SpanAttributes"].items() if "messages." in key or "tools." in key}
    assert kept == {"llm.input_messages.0.message.mood": "good", "llm.tools.0.tool.cost": "1"}


def test_conversations_longer_than_128_attributes_are_whole(rows_of: RowsOf) -> None:
    """Indexes are numbers: message 10 follows message 9."""
    attributes = {f"llm.input_messages.{i}.message.content": f"text {i}" for i in range(200)}
    (row,) = rows_of([make_span(attributes)])
    texts = [message["parts"][0]["content"] for message in json.loads(row["InputMessages"])]
    assert texts == [f"text {i}" for i in range(200)]


def test_an_absurd_index_costs_nothing(rows_of: RowsOf) -> None:
    """A sender's index makes no array longer than what was sent."""
    (row,) = rows_of([make_span({"llm.input_messages.999999999.message.content": "far"})])
    assert json.loads(row["InputMessages"]) == [{"role": "user", "parts": [{"type": "text", "content": "far"}]}]


def test_events_tell_what_attributes_do_not(rows_of: RowsOf) -> None:
    """The first-token event gives the time to first token, the exception event the error's type."""
    span = make_span({"openinference.span.kind": "LLM"})
    span.events.add(name="First Token Stream Event", time_unix_nano=START_NS + 300)
    failed = make_span({"openinference.span.kind": "LLM"})
    failed.status.code = 2
    exception = failed.events.add(name="exception").attributes.add(key="exception.type")
    exception.value.string_value = "openai.NotFoundError"
    rows = rows_of([span, failed])
    assert [row["TimeToFirstToken"] for row in rows] == [300, None]
    assert [row["ErrorType"] for row in rows] == ["", "openai.NotFoundError"]
