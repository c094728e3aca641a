"""`burn_rate`: how many times too fast an objective's error budget is being spent, over two windows at once.

Google's SRE workbook, chapter 5: the long window says that it matters, the short one that it goes on. The value is the
largest burn rate as a multiple of the one its pair of windows pages from, so that 1 is the limit for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spanglass_collector.alerts.kinds.selecting import read_selection
from spanglass_collector.alerts.metrics import SCORE_COLUMNS, SPAN_COLUMNS
from spanglass_collector.alerts.notification import describe_window
from spanglass_collector.alerts.question import Query, Selection, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

# The workbook's for a budget of 30 days: 2 % of it in an hour, 5 % in six hours.
PAGING_PAIRS = (("1h", "5m", 14.4), ("6h", "30m", 6))
_INDICATORS = ("errors", "latency", "quality", "cost")


@dataclass(frozen=True, slots=True)
class Span:
    """A window by the name it has in columns, such as `1h`."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Both windows must burn at `factor` or faster."""

    long: Span
    short: Span
    factor: float


@dataclass(frozen=True, slots=True)
class BurnRateQuestion:
    """`bad` is SQL that is true for a row that spends budget; of cost, every row spends `budget_usd` in `period_s`."""

    indicator: str
    selection: Selection
    pairs: tuple[Pair, ...]
    bad: str = ""
    allowed: float = 0.0
    """Share of bad rows the objective allows; of cost, USD a second."""
    bound: tuple[tuple[str, Any], ...] = ()

    @property
    def source(self) -> str:
        return "scores" if self.indicator == "quality" else "spans"

    @property
    def time(self) -> str:
        return "TargetTime" if self.source == "scores" else "Timestamp"

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        windows = {w.name: w for pair in self.pairs for w in (pair.long, pair.short)}.values()
        text = render(
            "burn_rate.sql.j2",
            pairs=self.pairs,
            windows=list(windows),
            longest_s=max(w.seconds for w in windows),
            measure=self._measure,
            source=self.source,
            time=self.time,
            where=" AND Name = {score:String} AND Error = ''" if self.source == "scores" else "",
            traces=f"groupUniqArrayIf(3)(TraceId, {self.bad})" if self.bad else "groupUniqArray(3)(TraceId)",
            **self.selection.parts(),
        )
        return Query(text, {**bounds(project, since, until), **self.selection.bound(), **dict(self.bound)})

    def _measure(self, seconds: float) -> str:
        within = f"{self.time} > fromUnixTimestamp64Milli({{until_ms:Int64}} - {int(seconds * 1000)})"
        if self.indicator == "cost":
            return f"sumIf(CostUsd, {within}) / {self.allowed * seconds}"
        return f"countIf({self.bad} AND {within}) / greatest(countIf({within}), 1) / {self.allowed}"


def read(table: Table) -> Subject:
    indicator = table.choice("indicator", _INDICATORS)
    pairs = tuple(_pair(table, entry) for entry in table.lists("pairs", PAGING_PAIRS))
    if not pairs:
        raise table.error("pairs", f"needs at least one [long, short, factor], such as {list(PAGING_PAIRS[0])}")
    columns = SCORE_COLUMNS if indicator == "quality" else SPAN_COLUMNS
    selection = read_selection(table, columns, f"indicator {indicator}", min_count=20)
    bad, bound = _bad(table, indicator)
    allowed = _allowed_usd_a_second(table) if indicator == "cost" else _allowed_share(table)
    question = BurnRateQuestion(indicator, selection, pairs, bad, allowed, bound)
    return Subject(
        question, ">=", 1.0, f"{indicator} spend the objective's budget too fast", "times the rate that pages",
        window_s=None, reach_s=max(pair.long.seconds for pair in pairs),
    )  # fmt: skip


def _pair(table: Table, entry: Sequence[Any]) -> Pair:
    if len(entry) != 3 or isinstance(entry[2], bool) or not isinstance(entry[2], (int, float)) or entry[2] <= 0:
        raise table.error("pairs", f'each is [long, short, factor] such as ["1h", "5m", 14.4], not {list(entry)!r}')
    long, short = (table.seconds("pairs", length) for length in entry[:2])
    if short >= long:
        raise table.error("pairs", f"the second window must be the shorter one, not {list(entry)!r}")
    return Pair(Span(describe_window(long), long), Span(describe_window(short), short), float(entry[2]))


def _bad(table: Table, indicator: str) -> tuple[str, tuple[tuple[str, Any], ...]]:
    if indicator == "errors":
        return "StatusCode = 'Error'", ()
    if indicator == "latency":
        return "Duration > {latency_ns:Float64}", (("latency_ns", table.number("latency_s", least=0.001) * 1e9),)
    if indicator == "cost":
        return "", ()
    if table.has("bad_labels"):
        bad = "Label IN {bad_labels:Array(String)}"
        return bad, (("score", table.text("score")), ("bad_labels", list(table.texts("bad_labels"))))
    return "Value < {good_from:Float64}", (("score", table.text("score")), ("good_from", table.number("good_from")))


def _allowed_share(table: Table) -> float:
    objective = table.number("objective")
    if not 0 < objective < 1:
        raise table.error("objective", f"must be a share of good calls between 0 and 1, such as 0.99, not {objective}")
    return 1 - objective


def _allowed_usd_a_second(table: Table) -> float:
    return table.number("budget_usd", least=1e-9) / table.duration("period", 30 * 86_400.0)
