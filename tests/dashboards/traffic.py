"""Six hours of made-up traffic with known numbers: what panels must show follows from the constants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from spanglass_collector.store import Store

START = datetime(2026, 3, 1, 6, 0, 0, tzinfo=timezone.utc)
END = START + timedelta(hours=6)
PROJECT = "shop"
CALLS = 720
MODELS = ("gpt-4o", "claude-sonnet-4", "house-model")
UNPRICED_MODEL = "house-model"
COST_USD = 0.02
ERROR_EVERY = 20
TOXIC_EVERY = 30
ERRORS = CALLS // ERROR_EVERY
UNPRICED = CALLS // len(MODELS)
COST_TOTAL = (CALLS - UNPRICED) * COST_USD
SOME_TRACE = f"{7:032x}"


def write_traffic(store: Store) -> None:
    """Calls, an agent around each, judgements, windows, alerts; and another project's calls."""
    _insert(store, "spans", list(_calls()))
    _insert(store, "spans", list(_agents()))
    _insert(store, "spans", [_elsewhere(call) for call in _calls()])
    _insert(store, "scores", list(_scores()))
    _insert(store, "window_scores", list(_windows()))
    _insert(store, "alert_states", list(_alerts()))


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
            "InputTokens": 100,
            "OutputTokens": 50,
            "CostUsd": None if model == UNPRICED_MODEL else COST_USD,
            "TimeToFirstToken": 300_000_000 if i % 2 else None,
            "UserId": f"user-{i % 7}",
            "SpanAttributes": {"gen_ai.request.model": model},
            "ResourceAttributes": {"service.name": "web"},
        }


def _agents() -> Iterator[dict[str, Any]]:
    """Agents repeat what their calls cost: no panel may count them."""
    for i, call in enumerate(_calls()):
        changed = {"SpanId": call["ParentSpanId"], "ParentSpanId": "", "Kind": "agent", "SpanName": "agent"}
        yield {
            **call,
            **changed,
            "Timestamp": call["Timestamp"] - timedelta(milliseconds=5),
            "RequestModel": "",
            "UserId": f"user-{i % 7}",
        }


def _scores() -> Iterator[dict[str, Any]]:
    for i in range(CALLS):
        toxic = i % TOXIC_EVERY == 0
        target = {
            "Project": PROJECT,
            "ScoredAt": time_of(i),
            "TargetTime": time_of(i),
            "TargetKind": "span",
            "TraceId": f"{i:032x}",
        }
        yield {
            **target,
            "Name": "toxicity",
            "Value": 0.9 if toxic else 0.1,
            "Label": "toxic" if toxic else "ok",
            "Evaluator": "toxicity",
            "Error": "",
        }
        yield {
            **target,
            "Name": "reference_match",
            "Value": float(i % 2),
            "Label": "match" if i % 2 else "mismatch",
            "Evaluator": "quality",
            "Error": "",
        }
        if i % 50 == 0:
            yield {
                **target,
                "Name": "judge",
                "Value": None,
                "Label": "",
                "Evaluator": "judge",
                "Error": "away",
            }


def _windows() -> Iterator[dict[str, Any]]:
    window = {
        "Project": PROJECT, "ScoredAt": END, "Method": "ks", "N": 300, "ReferenceN": 300, "Threshold": 0.2,
        "WindowStart": START, "WindowEnd": END,
        "ReferenceStart": START - timedelta(days=1), "ReferenceEnd": START,
    }  # fmt: skip
    yield {
        **window,
        "Name": "drift",
        "Feature": "OutputTokens",
        "Cohort": "",
        "EffectSize": 0.45,
        "PValue": 1e-6,
        "EffectLow": None,
        "EffectHigh": None,
        "Drifted": True,
        "Explanation": "answers are longer",
    }
    yield {
        **window,
        "Name": "drift",
        "Feature": "InputTokens",
        "Cohort": "",
        "EffectSize": 0.02,
        "PValue": 0.6,
        "EffectLow": None,
        "EffectHigh": None,
        "Drifted": False,
        "Explanation": "",
    }
    yield {
        **window,
        "Name": "group_gap",
        "Feature": "score:refusal",
        "Cohort": "group=f vs group=m",
        "EffectSize": 0.12,
        "PValue": 0.01,
        "EffectLow": 0.05,
        "EffectHigh": 0.19,
        "Drifted": True,
        "Explanation": "f is refused more",
    }


def _alerts() -> Iterator[dict[str, Any]]:
    alert = {"Project": PROJECT, "Instance": "{}", "Severity": "critical", "Since": START, "DedupKey": "k"}
    details = json.dumps({"trace_ids": [SOME_TRACE], "runbook": "docs/alerts.md#toxic-answers"})
    yield {
        **alert,
        "Rule": "toxic-answers",
        "State": "firing",
        "Value": 0.2,
        "Summary": "Answers are toxic",
        "Details": details,
        "UpdatedAt": START,
    }
    yield {
        **alert,
        "Rule": "drift",
        "State": "firing",
        "Value": 0.4,
        "Summary": "Drift",
        "Details": "{}",
        "UpdatedAt": START,
    }
    yield {
        **alert,
        "Rule": "drift",
        "State": "resolved",
        "Value": 0.1,
        "Summary": "Drift",
        "Details": "{}",
        "UpdatedAt": END,
    }


def _insert(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    store.insert(table, [[row[name] for name in names] for row in rows], names)
