"""Judgements of the made-up calls: scores by evaluators and people, windows, groups, progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.dashboards import guarded

Rows = list[dict[str, Any]]
TOXIC_EVERY = 30
HUMAN_EVERY = 36
DISAGREED_EVERY = 72
REFUSED_EVERY = 24
LEAK_EVERY = 90
INJECTED_EVERY = 120
WINDOWS = 6
LAG_S = 120


def tables(calls: Sequence[dict[str, Any]], start: datetime, end: datetime) -> dict[str, Rows]:
    """Rows by table. Judges see every call; people every HUMAN_EVERY-th."""
    project = calls[0]["Project"]
    return {
        "scores": [score for i, call in enumerate(calls) for score in _scores(i, call)],
        "window_scores": [*_drift(project, start, end), *_gaps(project, start, end)],
        "evaluator_progress": [_progress(project, name, end) for name in ("toxicity", "quality")],
    }


def _scores(i: int, call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield _score(call, "toxicity", *((0.9, "toxic") if i % TOXIC_EVERY == 0 else (0.1, "ok")))
    matches = float(i % 2)
    yield _score(call, "reference_match", matches, "match" if i % 2 else "mismatch", evaluator="quality")
    yield _score(call, "refusal", *((1.0, "refused") if i % REFUSED_EVERY == 0 else (0.0, "answered")))
    leak = _score(call, "pii", *((1.0, "email") if i % LEAK_EVERY == 0 else (0.0, "clean")))
    yield {**leak, "Explanation": "LLM02:2025: email at 5 to 25" if leak["Value"] else ""}
    yield _score(call, "prompt_injection", 0.8 if i % INJECTED_EVERY == 0 else 0.05, "")
    decided = guarded.decided(i)
    acted = float(decided.action != "allow")
    guard = _score(call, "guard.input", acted, decided.action, evaluator=call["ServiceName"], source="sdk")
    yield {**guard, "Explanation": guarded.explanation(decided)}
    if i % 50 == 0:
        yield _score(call, "judge", None, "", error="away")
    if i % HUMAN_EVERY == 0:
        human = 1 - matches if i % DISAGREED_EVERY == 0 else matches
        yield _score(call, "reference_match", human, "match" if human else "mismatch", evaluator="ann", source="human")


def _score(
    call: dict[str, Any],
    name: str,
    value: float | None,
    label: str,
    *,
    evaluator: str = "",
    source: str = "evaluator",
    error: str = "",
) -> dict[str, Any]:
    return {
        "Project": call["Project"], "ScoredAt": call["Timestamp"], "TargetTime": call["Timestamp"],
        "TargetKind": "span", "TraceId": call["TraceId"], "SpanId": call["SpanId"], "Name": name, "Value": value,
        "Label": label, "Explanation": "because" if label in ("toxic", "mismatch") else "",
        "Evaluator": evaluator or name, "EvaluatorVersion": "1", "ConfigDigest": "c0ffee", "Source": source,
        "CostUsd": None, "Error": error,
    }  # fmt: skip


def _drift(project: str, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """Answers become longer from window to window; the rest stays."""
    features = {"OutputTokens": 0.075, "InputTokens": 0.0033, "score:toxicity": 0.01, "embedding:output": 0.03}
    for i in range(1, WINDOWS + 1):
        for feature, growth in features.items():
            effect = growth * i
            yield {
                **_window(project, start + (end - start) * i / WINDOWS),
                "Name": "drift", "Feature": feature, "Cohort": "", "Threshold": 0.2, "Statistic": effect / 2,
                "Method": "mmd" if feature.startswith("embedding") else "ks",
                "EffectSize": effect, "PValue": 1e-6 if effect > 0.2 else 0.6, "EffectLow": None, "EffectHigh": None,
                "Drifted": effect > 0.2, "Explanation": "answers are longer" if effect > 0.2 else "",
                "Ratio": None, "RatioLow": None, "RatioHigh": None, **_within(0),
            }  # fmt: skip


def _gaps(project: str, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    for i in range(1, WINDOWS + 1):
        yield {
            **_window(project, start + (end - start) * i / WINDOWS),
            "Name": "group_gap", "Feature": "score:refusal", "Cohort": "group=f vs group=m", "Threshold": 0.05,
            "Method": "newcombe", "Statistic": None,
            "EffectSize": 0.02 * i, "PValue": 0.01, "EffectLow": 0.02 * i - 0.07, "EffectHigh": 0.02 * i + 0.07,
            "Drifted": 0.02 * i - 0.07 > 0.05 - 1e-9, "Explanation": "f is refused more",
            "Ratio": 1 + 0.1 * i, "RatioLow": 1 + 0.1 * i - 0.2, "RatioHigh": 1 + 0.1 * i + 0.2,
            **_within(i),
        }  # fmt: skip


def _within(i: int) -> dict[str, Any]:
    """Strata are there from the middle on; the last two windows are Simpson's paradox."""
    if i <= WINDOWS // 2:
        return {"WithinEffect": None, "WithinLow": None, "WithinHigh": None, "Reversed": None}
    return {"WithinEffect": -0.08, "WithinLow": -0.11, "WithinHigh": -0.05, "Reversed": i > WINDOWS - 2}


def _window(project: str, end: datetime) -> dict[str, Any]:
    return {
        "Project": project, "ScoredAt": end, "N": 300, "ReferenceN": 280,
        "WindowStart": end - timedelta(hours=1), "WindowEnd": end,
        "ReferenceStart": end - timedelta(days=1, hours=1), "ReferenceEnd": end - timedelta(days=1),
    }  # fmt: skip


def _progress(project: str, evaluator: str, end: datetime) -> dict[str, Any]:
    return {
        "Project": project, "Evaluator": evaluator, "EvaluatorVersion": "1", "ConfigDigest": "c0ffee",
        "Watermark": end - timedelta(seconds=LAG_S), "Scored": 700, "Skipped": 5, "Failed": 1, "UpdatedAt": end,
    }  # fmt: skip
