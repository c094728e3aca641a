"""`budget`: how much of a calendar period's money is spent. Periods begin in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from spanglass_collector.alerts.kinds.selecting import read_selection
from spanglass_collector.alerts.metrics import METRICS, SPAN_COLUMNS
from spanglass_collector.alerts.question import Query, Selection, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

_STARTS = {"day": "toStartOfDay", "week": "toStartOfWeek", "month": "toStartOfMonth"}
_DAY_S = 86_400.0
_LENGTH_S = {"day": _DAY_S, "week": 7 * _DAY_S, "month": 31 * _DAY_S}


@dataclass(frozen=True, slots=True)
class BudgetQuestion:
    """The share of `budget_usd` spent since the period began, for each group."""

    budget_usd: float
    period: str
    selection: Selection

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        text = render(
            "budget.sql.j2",
            period=self.period,
            period_start=_STARTS[self.period],
            traces=METRICS["cost_usd"].traces,
            **self.selection.parts(),
        )
        own = {"budget_usd": self.budget_usd}
        return Query(text, {**bounds(project, since, until), **self.selection.bound(), **own})


def read(table: Table) -> Subject:
    period = table.choice("period", tuple(_STARTS), "month")
    question = BudgetQuestion(
        table.number("budget_usd", least=1e-9), period, read_selection(table, SPAN_COLUMNS, "budget")
    )
    share = table.number("share", 1.0, least=0.0)
    return Subject(
        question, ">=", share, f"share of the {period}'s budget that is spent", "of the budget",
        window_s=None, reach_s=_LENGTH_S[period],
    )  # fmt: skip
