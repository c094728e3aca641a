"""Log records: the exporter's table for what happened, `scores` for evaluation results."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.store import ClickHouseStore
from spanglass_collector.store.answers import DAY_S, find_judged_answers
from tests.otlp_samples import START_NS, make_request, make_span
from tests.signals.samples import logs_request, make_record, put

EVALUATION = "gen_ai.evaluation.result"


def _rows(store: ClickHouseStore, query: str) -> list[dict[str, Any]]:
    result = store.query(query)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def test_a_record_is_stored_in_the_exporters_shape(store: ClickHouseStore) -> None:
    """Every column of otel_logs says what the sender said."""
    record = make_record(body="hello", attributes={"n": 1}, severity_number=9, severity_text="INFO", flags=257)
    put(store, logs_request(record), LOGS)
    (row,) = _rows(
        store, "SELECT * EXCEPT (Timestamp, ReceivedAt), toUnixTimestamp64Nano(Timestamp) AS ns FROM otel_logs"
    )
    assert row == {
        "Project": "default",
        "TraceId": record.trace_id.hex(),
        "SpanId": record.span_id.hex(),
        "TraceFlags": 1,
        "SeverityText": "INFO",
        "SeverityNumber": 9,
        "ServiceName": "test",
        "Body": "hello",
        "ResourceSchemaUrl": "resource-schema",
        "ResourceAttributes": {"service.name": "test", "service.version": "1"},
        "ScopeSchemaUrl": "scope-schema",
        "ScopeName": "scope",
        "ScopeVersion": "2",
        "ScopeAttributes": {"in": "scope"},
        "LogAttributes": {"n": "1"},
        "EventName": "",
        "ns": START_NS,
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"a": [1, {"b": None}]}, '{"a":[1,{"b":null}]}'),
        ([1, "x", True, 0.5], '[1,"x",true,0.5]'),
        ({}, "{}"),
        ([], "[]"),
        (0, "0"),
        (False, "false"),
        (b"\x00\xff", "AP8="),
        (math.nan, "nan"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_body_of_any_shape_is_faithful_text(store: ClickHouseStore, body: Any, text: str) -> None:
    """Maps and arrays as JSON, scalars plain."""
    put(store, logs_request(make_record(body=body)), LOGS)
    assert [row["Body"] for row in _rows(store, "SELECT Body FROM otel_logs")] == [text]


def test_a_record_without_times_or_ids_is_kept(store: ClickHouseStore) -> None:
    """The time of observation, else of receipt, stands in; an id that is none counts as not sent."""
    observed = make_record(time_unix_nano=0, observed_time_unix_nano=START_NS + 5, trace_id=b"short", span_id=bytes(8))
    untimed = make_record(time_unix_nano=0, trace_id=bytes(16), span_id=b"")
    put(store, logs_request(observed, untimed), LOGS)
    rows = store.query("SELECT toUnixTimestamp64Nano(Timestamp), TraceId, SpanId FROM otel_logs ORDER BY 1").result_rows
    assert list(rows) == [(START_NS, "", ""), (START_NS + 5, "", "")]


def test_an_evaluation_result_is_a_score(store: ClickHouseStore) -> None:
    """It lands on the record's span, and not among the logs."""
    record = make_record(
        EVALUATION,
        {
            "gen_ai.evaluation.name": "relevance",
            "gen_ai.evaluation.score.value": 0.75,
            "gen_ai.evaluation.score.label": "good",
            "gen_ai.evaluation.explanation": "to the point",
            "gen_ai.response.id": "r-1",
        },
    )
    put(store, logs_request(record), LOGS)
    (row,) = _rows(
        store,
        "SELECT TargetKind, TraceId, SpanId, Name, Value, Label, Explanation, Evaluator, EvaluatorVersion, Source, "
        "ResponseId FROM scores",
    )
    assert list(row.values()) == [
        "span", record.trace_id.hex(), record.span_id.hex(), "relevance", 0.75, "good", "to the point", "test", "1",
        "sdk", "r-1",
    ]  # fmt: skip
    assert _rows(store, "SELECT 1 FROM otel_logs") == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "span"),
        ({"span_id": b""}, "trace"),
        ({"span_id": b"", "trace_id": b"", "gen_ai.response.id": "r"}, "span"),
        ({"span_id": b"", "trace_id": b"", "gen_ai.conversation.id": "c"}, "session"),
    ],
)
def test_what_is_judged_is_the_most_exact_that_was_named(
    store: ClickHouseStore, fields: dict[str, Any], kind: str
) -> None:
    """A span, else a trace, an answer by its id, a session."""
    attributes = {name: value for name, value in fields.items() if "." in name}
    own = {name: value for name, value in fields.items() if "." not in name}
    put(store, logs_request(make_record(EVALUATION, {"gen_ai.evaluation.name": "n", **attributes}, **own)), LOGS)
    assert [row["TargetKind"] for row in _rows(store, "SELECT TargetKind FROM scores")] == [kind]


def test_a_judgement_of_an_answer_by_its_id_finds_the_span(store: ClickHouseStore) -> None:
    """The innermost of the call's spans, in its own project and whenever it comes; two at one time are two rows."""
    now_ns = time.time_ns()
    outer, inner = (
        make_span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "m",
                "gen_ai.response.id": "r-1",
                "session.id": "s",
            },
            start_time_unix_nano=now_ns - later,
            end_time_unix_nano=now_ns,
        )
        for later in (2_000, 1_000)
    )
    records = [
        make_record(
            EVALUATION,
            {"gen_ai.evaluation.name": "n", "gen_ai.evaluation.score.value": value, "gen_ai.response.id": answer},
            trace_id=b"",
            span_id=b"",
            time_unix_nano=now_ns,
        )
        for answer, value in (("r-1", 0.25), ("r-2", 0.5))
    ]
    put(store, logs_request(*records), LOGS)
    assert find_judged_answers(store, DAY_S) == 0
    put(store, make_request([outer, inner]), TRACES)
    assert [find_judged_answers(store, DAY_S) for _ in range(2)] == [1, 0]
    rows = _rows(store, "SELECT TraceId, SpanId, SessionId, Value, ResponseId FROM scores ORDER BY ResponseId")
    assert [tuple(row.values()) for row in rows] == [
        (inner.trace_id.hex(), inner.span_id.hex(), "s", 0.25, "r-1"),
        ("", "", "", 0.5, "r-2"),
    ]


def test_an_evaluation_that_failed_says_why_and_has_no_value(store: ClickHouseStore) -> None:
    """Unknown is NULL, not 0."""
    put(store, logs_request(make_record(EVALUATION, {"gen_ai.evaluation.name": "n", "error.type": "timeout"})), LOGS)
    assert _rows(store, "SELECT Value, Error FROM scores") == [{"Value": None, "Error": "timeout"}]


def test_an_evaluation_sent_twice_is_one_score(store: ClickHouseStore) -> None:
    """Also in two requests of different grouping."""
    record = make_record(EVALUATION, {"gen_ai.evaluation.name": "n", "gen_ai.evaluation.score.value": 1.0})
    put(store, logs_request(record), LOGS)
    put(store, logs_request(make_record(body="other"), record), LOGS)
    assert len(_rows(store, "SELECT 1 FROM scores")) == 1


def test_an_evaluation_without_a_name_stays_a_log(store: ClickHouseStore) -> None:
    """Nothing is dropped because it is not what it should be."""
    put(
        store,
        logs_request(make_record(EVALUATION), make_record("gen_ai.choice", trace_id=b"", body={"index": 0})),
        LOGS,
    )
    events = [row["EventName"] for row in _rows(store, "SELECT EventName FROM otel_logs ORDER BY 1")]
    assert events == ["gen_ai.choice", EVALUATION]
