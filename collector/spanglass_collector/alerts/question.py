"""What a rule asks the store: one SELECT with bound parameters.

Every question answers in the same columns, so that one reader (observe.py) serves all: `value`; optionally
`trace_ids Array(String)` and `explanation`; columns named `detail_*` travel with the alert; every other
column is a label, and each combination of labels is an alert of its own. Free SQL keeps to the same
convention. The questions of each kind of rule are in kinds/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import jinja2

from spanglass_collector.store.literal import sql_literal

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, "queries"),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701  SQL, not HTML; values are bound as parameters, column names come from metrics.py
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["sql"] = sql_literal

SINCE = "fromUnixTimestamp64Milli({since_ms:Int64})"
UNTIL = "fromUnixTimestamp64Milli({until_ms:Int64})"
SPAN_TIME = f"Timestamp > {SINCE} AND Timestamp <= {UNTIL}"
SCORE_TIME = f"TargetTime > {SINCE} AND TargetTime <= {UNTIL}"


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
class Selection:
    """Which spans or scores, divided how. `columns` holds the SQL of every name a rule may use; fewer than
    `min_count` rows in a group are no data.
    """

    columns: Mapping[str, str]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    min_count: int = 1

    def parts(self) -> dict[str, Any]:
        """What the templates' shared macros need."""
        return {
            "labels": [(name, self.columns[name]) for name in self.group_by],
            "filters": [(self.columns[name], f"filter_{i}") for i, name in enumerate(self.filters)],
            "any_kind": "Kind" in self.filters or "Kind" in self.group_by,
        }

    def bound(self) -> dict[str, Any]:
        own = {f"filter_{i}": list(values) for i, values in enumerate(self.filters.values())}
        return {"min_count": self.min_count, **own}


@dataclass(frozen=True, slots=True)
class SqlQuestion:
    """SQL of the rule's author; may use {project:String}, {since_ms:Int64} and {until_ms:Int64}."""

    sql: str

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        return Query(self.sql, bounds(project, since, until))


def render(template: str, **parts: Any) -> str:
    """The SQL of a file in queries/."""
    return _TEMPLATES.get_template(template).render(
        **{"span_time": SPAN_TIME, "score_time": SCORE_TIME, "since": SINCE, "until": UNTIL, **parts}
    )


def bounds(project: str, since: datetime, until: datetime) -> dict[str, Any]:
    """Milliseconds rather than DateTime: no time zone can come between us and the store."""
    return {
        "project": project,
        "since_ms": round(since.timestamp() * 1000),
        "until_ms": round(until.timestamp() * 1000),
    }
