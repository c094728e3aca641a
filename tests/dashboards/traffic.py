"""Six hours of made-up traffic with known numbers: what panels must show follows from the constants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from spanglass_collector.store import Store
from tests.dashboards import guarded, judged, lifecycle

START = datetime(2026, 3, 1, 6, 0, 0, tzinfo=timezone.utc)
END = START + timedelta(hours=6)
PROJECT = "shop"
CALLS = 720
MODELS = ("gpt-4o", "claude-sonnet-4", "house-model")
UNPRICED_MODEL = "house-model"
COST_USD = 0.02
ERROR_EVERY = 20
TOXIC_EVERY = 30
DROPPED, LOST = 7, 10
ERRORS = CALLS // ERROR_EVERY
UNPRICED = CALLS // len(MODELS)
COST_TOTAL = (CALLS - UNPRICED) * COST_USD
SOME_TRACE = f"{7:032x}"


def write_traffic(store: Store) -> None:
    """Calls, an agent around each, judgements, windows, alerts, training; and another project's calls."""
    calls = list(_calls())
    _insert(store, "spans", calls)
    _insert(store, "spans", list(_agents()))
    _insert(store, "spans", [_elsewhere(call) for call in calls])
    _insert(store, "otlp_requests", [{"Digest": f"{i}", "ReceivedAt": time_of(i)} for i in range(0, CALLS, 10)])
    for table, rows in {**judged.tables(calls, START, END), **lifecycle.tables(PROJECT, START, END)}.items():
        _insert(store, table, rows)
    _insert(store, "otel_metrics_sum", list(_counted_by_sdk()))
    _insert(store, "alert_states", list(_alerts()))
    _insert(store, "alert_outbox", list(_notifications()))


def _elsewhere(call: dict[str, Any]) -> dict[str, Any]:
    return {**call, "Project": "other", "ServiceName": "elsewhere", "TraceId": "f" + call["TraceId"][1:]}


def time_of(i: int) -> datetime:
    return START + (END - START) * (i + 0.5) / CALLS


def _calls() -> Iterator[dict[str, Any]]:
    for i in range(CALLS):
        model, failed = MODELS[i % len(MODELS)], i % ERROR_EVERY == 0
        yield {
            "Project": PROJECT,
            "Timestamp": time_of(i),
            "TraceId": f"{i:032x}",
            "SpanId": f"{i:016x}",
            "ParentSpanId": f"{i + 100_000:016x}",
            "SpanName": f"chat {model}",
            "SpanKind": "Client",
            "ServiceName": ("web", "batch")[i % 2],
            "Environment": ("production", "staging")[i % 4 == 3],
            "Duration": (1_000 + i % 100 * 10) * 1_000_000,
            "StatusCode": "Error" if failed else "Ok",
            "ErrorType": ("timeout", "rate_limit")[i % 40 == 0] if failed else "",
            "Kind": "llm",
            "RequestModel": model,
            "ModelVersion": "larkspur@2" if model == UNPRICED_MODEL else "",
            "InputTokens": 100,
            "CachedInputTokens": 40,
            "OutputTokens": 50,
            "ReasoningTokens": 10 if model == "gpt-4o" else None,
            "CostUsd": None if model == UNPRICED_MODEL else COST_USD,
            "TimeToFirstToken": 300_000_000 if i % 2 else None,
            "UserId": f"user-{i % 7}",
            "SessionId": f"session-{i // 12}",
            "PromptName": "answer",
            "PromptVersion": ("1", "2")[i >= CALLS // 2],
            "Tags": (["returns"], ["orders", "beta"], [])[i % 3],
            "InputMessages": json.dumps(
                [{"role": "user", "parts": [{"type": "text", "content": f"Where is order {i}?"}]}]
            ),
            "OutputMessages": json.dumps([{"role": "assistant", "content": f"Order {i} is on its way."}]),
            "SpanAttributes": {"gen_ai.request.model": model, **guarded.attributes(i)},
            "ResourceAttributes": {"service.name": "web"},
            "ReceivedAt": time_of(i) + timedelta(seconds=3),
        }


def _agents() -> Iterator[dict[str, Any]]:
    """Agents repeat what their calls cost: no panel may count them."""
    for i, call in enumerate(_calls()):
        changed = {"SpanId": call["ParentSpanId"], "ParentSpanId": "", "Kind": "agent", "SpanName": "agent"}
        earlier = call["Timestamp"] - timedelta(milliseconds=5)
        yield {**call, **changed, "Timestamp": earlier, "RequestModel": "", "UserId": f"user-{i % 7}"}


def _alerts() -> Iterator[dict[str, Any]]:
    alert = {"Project": PROJECT, "Instance": "{}", "Severity": "critical", "Since": START, "DedupKey": "k"}
    details = json.dumps({"trace_ids": [SOME_TRACE], "runbook": "docs/alerts.md#toxic-answers"})
    toxic = {"Rule": "toxic-answers", "Value": 0.2, "Summary": "Answers are toxic", "Details": details}
    drift = {"Rule": "drift", "Summary": "Drift", "Details": "{}"}
    yield {**alert, **toxic, "State": "firing", "UpdatedAt": START}
    yield {**alert, **drift, "State": "firing", "Value": 0.4, "UpdatedAt": START}
    yield {**alert, **drift, "State": "resolved", "Value": 0.1, "UpdatedAt": END}


def _counted_by_sdk() -> Iterator[dict[str, Any]]:
    """The SDK of `web` made ten spans more than are stored, and says why of seven."""
    counts = {
        ("otel.sdk.span.started", ""): CALLS + LOST,
        ("otel.sdk.processor.span.processed", "queue_full"): DROPPED,
        ("otel.sdk.exporter.span.exported", ""): CALLS + LOST - DROPPED,
    }
    for (metric, reason), value in counts.items():
        yield {
            "Project": PROJECT, "ServiceName": "web", "MetricName": metric, "Value": float(value),
            "Attributes": {"error.type": reason} if reason else {}, "StartTimeUnix": START, "TimeUnix": END,
            "AggregationTemporality": 2, "IsMonotonic": True,
        }  # fmt: skip


def _notifications() -> Iterator[dict[str, Any]]:
    for i, status in enumerate(("delivered", "pending", "dead")):
        yield {
            "Id": str(i), "CreatedAt": START, "Project": PROJECT, "Channel": "on-call", "Event": "trigger",
            "Rule": "toxic-answers", "DedupKey": "k", "Payload": "{}", "Status": status, "Attempts": i,
            "NextAttemptAt": START, "LastError": "HTTP 500" if i else "", "UpdatedAt": START,
        }  # fmt: skip


def _insert(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    store.insert(table, [[row[name] for name in names] for row in rows], names)
