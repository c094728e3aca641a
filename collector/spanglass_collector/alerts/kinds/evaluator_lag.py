"""`evaluator_lag`: spans wait to be judged. About Spanglass itself, not about a project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from spanglass_collector.alerts.question import Query, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class EvaluatorLagQuestion:
    """Seconds by which each evaluator is behind what has arrived."""

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        return Query(render("evaluator_lag.sql.j2"), bounds(project, since, until))


def read(table: Table) -> Subject:
    limit_s = table.duration("lag", 900.0)
    return Subject(
        EvaluatorLagQuestion(), ">=", limit_s, "seconds by which an evaluator is behind", "s",
        window_s=_DAY_S, scope="system", page_per=(),
    )  # fmt: skip
