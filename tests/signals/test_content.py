"""Messages that travel in events end in the span they belong to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.store import ClickHouseStore
from spanglass_collector.store.content import join_content
from tests.otlp_samples import START_NS, make_request, make_span
from tests.signals.samples import logs_request, make_record, put

DETAILS = "gen_ai.client.inference.operation.details"
ASKED = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
ANSWERED = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}]


def _span(attributes: dict[str, Any] | None = None) -> Any:
    return make_span({"gen_ai.request.model": "m", "gen_ai.operation.name": "chat", **(attributes or {})})


def _on(span: Any, event: str, later_ns: int = 1, **fields: Any) -> Any:
    ids = {"trace_id": span.trace_id, "span_id": span.span_id, "time_unix_nano": START_NS + later_ns}
    return make_record(event, fields.pop("attributes", {}), **ids, **fields)


def _messages(store: ClickHouseStore, span: Any) -> tuple[Any, Any]:
    (row,) = store.query(
        "SELECT InputMessages, OutputMessages FROM spans WHERE TraceId = {id:String}", {"id": span.trace_id.hex()}
    ).result_rows
    asked, answered = (json.loads(text) if text else None for text in row)
    return asked, answered


@pytest.mark.parametrize("span_first", [True, False])
@pytest.mark.parametrize("as_text", [True, False])
def test_the_details_event_joins_its_span_in_either_order(
    store: ClickHouseStore, span_first: bool, as_text: bool
) -> None:
    """As JSON text or as structured values; the span may be late."""
    span = _span()
    encode = json.dumps if as_text else (lambda value: value)
    event = _on(
        span,
        DETAILS,
        attributes={"gen_ai.input.messages": encode(ASKED), "gen_ai.output.messages": encode(ANSWERED)},
    )
    arrivals: list[tuple[Any, Any]] = [(make_request([span]), TRACES), (logs_request(event), LOGS)]
    for request, signal in arrivals if span_first else arrivals[::-1]:
        put(store, request, signal)
        join_content(store)
    assert _messages(store, span) == (ASKED, ANSWERED)


def test_messages_of_the_older_kind_are_put_in_order(store: ClickHouseStore) -> None:
    """One event a message, also in requests of their own; more may be said later."""
    span = _span()
    put(store, make_request([span]), TRACES)
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
    put(
        store,
        logs_request(
            _on(span, "gen_ai.user.message", 2, body={"content": "hi"}),
            _on(span, "gen_ai.system.message", 1, body={"content": "be brief"}),
            _on(span, "gen_ai.assistant.message", 3, body={"tool_calls": [call]}),
        ),
        LOGS,
    )
    join_content(store)
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}
    put(
        store,
        logs_request(
            _on(span, "gen_ai.tool.message", 4, body={"id": "c1", "content": "rain"}),
            _on(span, "gen_ai.choice", 5, body=choice),
        ),
        LOGS,
    )
    join_content(store)
    asked, answered = _messages(store, span)
    assert [message["role"] for message in asked] == ["system", "user", "assistant", "tool"]
    assert asked[2]["parts"] == [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}]
    assert asked[3]["parts"] == [{"type": "tool_call_response", "id": "c1", "response": "rain"}]
    assert answered == ANSWERED


def test_contents_of_providers_own_parts_are_read(store: ClickHouseStore) -> None:
    """Bedrock's Converse and Anthropic's messages: text, calls and answers in one list."""
    span = _span()
    put(store, make_request([span]), TRACES)
    use = {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Oslo"}}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "rain"}
    said = {"role": "assistant", "content": [{"text": "I look"}, use]}
    put(
        store,
        logs_request(
            _on(span, "gen_ai.user.message", 1, body={"content": [{"text": "hi"}]}),
            _on(span, "gen_ai.user.message", 2, body={"content": [result]}),
            _on(span, "gen_ai.choice", 3, body={"index": 0, "finish_reason": "tool_use", "message": said}),
        ),
        LOGS,
    )
    join_content(store)
    asked, answered = _messages(store, span)
    assert asked[0] == ASKED[0]
    assert asked[1]["parts"] == [{"type": "tool_call_response", "id": "t1", "response": "rain"}]
    assert answered[0]["parts"] == [
        {"type": "text", "content": "I look"},
        {"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "Oslo"}},
    ]


def test_a_span_is_counted_once_however_often_it_is_written(store: ClickHouseStore) -> None:
    """Joining content changes neither calls nor tokens of the rollup, and leaves one row."""
    span = _span({"gen_ai.usage.input_tokens": 7})
    put(store, make_request([span]), TRACES)
    put(store, logs_request(_on(span, "gen_ai.user.message", body={"content": "hi"})), LOGS)
    for _ in range(3):
        join_content(store)
    assert list(store.query("SELECT sum(Calls), sum(InputTokens) FROM usage_1m").result_rows) == [(1, 7)]
    assert list(store.query("SELECT InputTokens, SpanAttributes['gen_ai.operation.name'] FROM spans").result_rows) == [
        (7, "chat")
    ]


def test_what_a_span_says_itself_stays(store: ClickHouseStore) -> None:
    """Senders that capture content twice are not mixed up."""
    span = _span({"gen_ai.input.messages": json.dumps(ASKED)})
    put(store, make_request([span]), TRACES)
    put(store, logs_request(_on(span, "gen_ai.user.message", body={"content": "other"})), LOGS)
    join_content(store)
    assert _messages(store, span)[0] == ASKED


def test_an_event_sent_twice_is_one_message(store: ClickHouseStore) -> None:
    """Also in another grouping."""
    span = _span()
    event = _on(span, "gen_ai.user.message", body={"content": "hi"})
    put(store, make_request([span]), TRACES)
    put(store, logs_request(event), LOGS)
    put(store, logs_request(make_record(body="x"), event), LOGS)
    join_content(store)
    assert _messages(store, span)[0] == ASKED


def test_nothing_is_left_to_do_once_content_is_joined(store: ClickHouseStore) -> None:
    """Content without a span waits; content with one is settled."""
    span = _span()
    lonely = make_record("gen_ai.user.message", body={"content": "where"})
    put(store, make_request([span]), TRACES)
    put(store, logs_request(_on(span, "gen_ai.user.message", body={"content": "hi"}), lonely), LOGS)
    assert join_content(store) == 2
    assert join_content(store) == 1
