"""Spans of two projects that differ in nothing but their ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from spanglass_collector.store.contract import Store

START = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
FROM, TO = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"
TRACES = 7


@dataclass(frozen=True)
class Project:
    """`mark`: two hex digits that every id of this project begins with, and no id of another."""

    name: str
    mark: str

    def trace(self, number: int) -> str:
        return f"{self.mark}{number:030x}"

    def span(self, trace: int, number: int) -> str:
        return f"{self.mark}{trace:06x}{number:08x}"

    def session(self, number: int) -> str:
        return f"{self.mark}-session-{number}"


SHOP, BANK = Project("shop", "aa"), Project("bank", "bb")


def fill(store: Store, project: Project) -> None:
    """`TRACES` traces a minute apart: an agent over a tool and a model call; a score, a window, an alert."""
    rows = [row for number in range(TRACES) for row in _trace(project, number)]
    columns = list(rows[0])
    store.insert("spans", [list(row.values()) for row in rows], columns)
    judged = [project.name, START, "trace", project.trace(0), "quality", 0.5, "evaluator"]
    columns = ["Project", "TargetTime", "TargetKind", "TraceId", "Name", "Value", "Source"]
    store.insert("scores", [judged], columns)
    window = [project.name, "drift", f"{project.mark}-feature", 0.2, True, 5, 5, START, START]
    columns = ["Project", "Name", "Feature", "Statistic", "Drifted", "N", "ReferenceN", "WindowStart", "WindowEnd"]
    store.insert("window_scores", [window], columns)
    gap = {"Project": project.name, "Name": "group_gap", "Feature": f"{project.mark}-feature", "EffectSize": -0.2}
    gap |= {"Ratio": 0.5, "RatioLow": 0.4, "RatioHigh": 0.625, "WindowStart": START, "WindowEnd": START}
    gap |= {"WithinEffect": 0.1, "WithinLow": 0.05, "WithinHigh": 0.15, "Reversed": True}
    store.insert("window_scores", [list(gap.values())], list(gap))
    alert = [project.name, f"{project.mark}-rule", "{}", "firing", START, START]
    store.insert("alert_states", [alert], ["Project", "Rule", "Instance", "State", "Since", "UpdatedAt"])


def _trace(project: Project, number: int) -> list[dict[str, Any]]:
    start = START + timedelta(minutes=number)
    shared = {"Project": project.name, "TraceId": project.trace(number), "SessionId": project.session(number % 2)}
    shared |= {"UserId": f"{project.mark}-user", "ServiceName": "api", "ReceivedAt": start}
    agent = _span("agent", start, project.span(number, 1), "")
    tool = _span("tool", start + timedelta(seconds=1), project.span(number, 2), project.span(number, 1))
    model = _span("llm", start + timedelta(seconds=2), project.span(number, 3), project.span(number, 2))
    known = {"CostUsd": 0.25, "InputTokens": 10, "OutputTokens": 5, "ResponseModel": f"{project.mark}-model"}
    if number == 3:
        known |= {"CostUsd": None, "StatusCode": "Error"}
    return [shared | agent, shared | tool, shared | model | known]


def _span(kind: str, start: datetime, span_id: str, parent: str) -> dict[str, Any]:
    named = {"SpanId": span_id, "ParentSpanId": parent, "SpanName": f"run {kind}", "Kind": kind, "Timestamp": start}
    unknown = {"CostUsd": None, "InputTokens": None, "OutputTokens": None, "ResponseModel": "", "StatusCode": "Unset"}
    return named | unknown | {"Duration": 5_000_000, "Input": "what goes in", "Tags": ["t"]}
