"""What a rule asks the store: one SELECT with bound parameters.

Every question answers in the same columns, so that one reader (observe.py) serves all: `value`; optionally
`trace_ids Array(String)` and `explanation`; columns named `detail_*` travel with the alert; every other
column is a label, and each combination of labels is an alert of its own. Free SQL keeps to the same
convention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import jinja2

from spanglass_collector.alerts.metrics import Metric

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, "queries"),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701  SQL, not HTML; values are bound as parameters, column names come from metrics.py
    trim_blocks=True,
    lstrip_blocks=True,
)

SPAN_TIME = """Timestamp > fromUnixTimestamp64Milli({since_ms:Int64})
  AND Timestamp <= fromUnixTimestamp64Milli({until_ms:Int64})"""


@dataclass(frozen=True, slots=True)
class Query:
    """SQL text and the values bound to its `{name:Type}` places."""

    text: str
    parameters: Mapping[str, Any]


class Question(Protocol):
    """Called once a pass for each project. Pure: builds the query, does not run it."""

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        """The SELECT over the half-open window (since, until]."""
        ...


@dataclass(frozen=True, slots=True)
class MetricQuestion:
    """A metric by name. `filters` and `group_by` name columns of `metric.columns`; fewer than `min_count` is
    no data.
    """

    metric: Metric
    arguments: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    min_count: int = 1
    worst_is_low: bool = False

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        columns = self.metric.columns
        text = _TEMPLATES.get_template(self.metric.template).render(
            labels=[(name, columns[name]) for name in self.group_by],
            filters=[(columns[name], f"filter_{i}") for i, name in enumerate(self.filters)],
            any_kind="Kind" in self.filters or "Kind" in self.group_by,
            worst_is_low=self.worst_is_low,
            span_time=SPAN_TIME,
        )
        bound = {f"filter_{i}": list(values) for i, values in enumerate(self.filters.values())}
        own = {"min_count": self.min_count, **self.arguments, **bound}
        return Query(text, {**_window(project, since, until), **own})


@dataclass(frozen=True, slots=True)
class SqlQuestion:
    """SQL of the rule's author; may use {project:String}, {since_ms:Int64} and {until_ms:Int64}."""

    sql: str

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        return Query(self.sql, _window(project, since, until))


@dataclass(frozen=True, slots=True)
class WindowQuestion:
    """The newest judgement of each window comparison that found something: drift, or a gap between groups.

    `features` are LIKE patterns, empty for all. The value is the effect's size without its sign.
    """

    score_name: str
    features: tuple[str, ...] = ()
    min_effect: float = 0.0

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        own = {
            "score_name": self.score_name,
            "features": list(self.features) or ["%"],
            "min_effect": float(self.min_effect),
        }
        text = _TEMPLATES.get_template("window_scores.sql.j2").render()
        return Query(text, {**_window(project, since, until), **own})


def _window(project: str, since: datetime, until: datetime) -> dict[str, Any]:
    """Milliseconds rather than DateTime: no time zone can come between us and the store."""
    return {
        "project": project,
        "since_ms": round(since.timestamp() * 1000),
        "until_ms": round(until.timestamp() * 1000),
    }
