"""`drift` and `group_gap`: what the window evaluators found, large enough and for long enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from spanglass_collector.alerts.question import Query, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class WindowQuestion:
    """The newest `persist` windows of each comparison, where all of them count.

    `features` are LIKE patterns, empty for all. The value is the newest effect's size without its sign. `axis` is when
    a window belongs to the rule's window: live, when it was judged; in a replay, when it ended.
    """

    score_name: str
    features: tuple[str, ...] = ()
    min_effect: float = 0.0
    persist: int = 1
    tolerated: float | None = None
    """A gap counts when its whole interval is beyond this; None: when the evaluator said so."""
    axis: Literal["ScoredAt", "WindowEnd"] = "ScoredAt"
    is_apart: bool = False
    """Of windows that overlap only the newest counts: two that share most of their rows are no second opinion."""

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        own = {"score_name": self.score_name, "features": list(self.features) or ["%"]}
        text = render(
            "window_scores.sql.j2", persist=self.persist, axis=self.axis, counts=self._counts(), apart=self.is_apart
        )
        return Query(text, {**bounds(project, since, until), **own})

    def _counts(self) -> str:
        """SQL over `x`, a window: x.2 holds Drifted, EffectSize, EffectLow, EffectHigh, ..."""
        if self.tolerated is None:
            return f"ifNull(x.2.1, 0) AND abs(ifNull(x.2.2, 0)) >= {self.min_effect}"
        return f"ifNull(x.2.3 > {self.tolerated}, 0) OR ifNull(x.2.4 < -{self.tolerated}, 0)"


def read_drift(table: Table) -> Subject:
    least = table.number("min_effect", 0.0, least=0.0)
    question = WindowQuestion(
        "drift", table.texts("features", ()), least, table.whole("persist", 1, least=1),
        is_apart=table.boolean("apart", False),
    )  # fmt: skip
    # The evaluator's own verdict is the condition; the query returns only what it found large enough.
    return Subject(question, ">=", least, "effect size of a drift", window_s=_DAY_S)


def read_group_gap(table: Table) -> Subject:
    tolerated = table.number("tolerated", least=0.0) if table.has("tolerated") else None
    least = table.number("min_effect", 0.0, least=0.0)
    question = WindowQuestion(
        "group_gap", table.texts("features", ()), least, table.whole("persist", 1, least=1), tolerated,
        is_apart=table.boolean("apart", False),
    )  # fmt: skip
    return Subject(question, ">=", least, "gap between groups", window_s=_DAY_S)
