"""`anomaly`: a metric far from its own season, in robust deviations.

The history is decomposed into season, trend and remainder by ClickHouse's `seriesDecomposeSTL` (Cleveland et al. 1990),
so that the store does the arithmetic and the alerts need no numeric library. docs/decisions/0007 says why, and how
often it errs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from spanglass_collector.alerts.kinds.selecting import read_metric, read_selection
from spanglass_collector.alerts.kinds.threshold import traces_of
from spanglass_collector.alerts.metrics import Metric
from spanglass_collector.alerts.question import Query, Selection, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

_DAY_S = 86_400.0
_LEAST_SEASONS = 3
_MOST_BUCKETS = 20_000
_SIGNS = {"up": "", "down": "-", "both": "abs"}


@dataclass(frozen=True, slots=True)
class AnomalyQuestion:
    """The newest bucket of a series against what its history expects of it."""

    metric: Metric
    selection: Selection
    arguments: Mapping[str, str] = field(default_factory=dict)
    bucket_s: float = 3600.0
    season_s: float = _DAY_S
    history_s: float = 14 * _DAY_S
    direction: str = "both"
    min_change: float = 0.5
    """Least distance from the expected value, as a share of it."""

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        text = render(
            "anomaly.sql.j2",
            metric=self.metric,
            time="Timestamp" if self.metric.source == "spans" else "TargetTime",
            traces=traces_of(self.metric, worst_is_low=self.direction == "down"),
            missing=self.metric.missing,
            bucket_ms=int(self.bucket_s * 1000),
            buckets=int(self.history_s // self.bucket_s) + 1,
            period=int(self.season_s // self.bucket_s),
            sign=_SIGNS[self.direction],
            min_change=self.min_change,
            # A flat history has no spread; a hundredth of the value is not worth being woken for.
            least_spread=0.01,
            **self.selection.parts(),
        )
        return Query(text, {**bounds(project, since, until), **self.selection.bound(), **self.arguments})


def read(table: Table) -> Subject:
    metric, arguments = read_metric(table)
    bucket_s, season_s = table.duration("window", 3600.0), table.duration("season", _DAY_S)
    history_s = table.duration("history", 14 * season_s)
    if season_s % bucket_s or season_s < 2 * bucket_s:
        raise table.error("season", "must be a multiple of window, at least twice as long")
    if history_s < _LEAST_SEASONS * season_s:
        raise table.error("history", f"must be at least {_LEAST_SEASONS} seasons long")
    if history_s / bucket_s > _MOST_BUCKETS:
        raise table.error("history", f"holds more than {_MOST_BUCKETS} windows; make window longer or history shorter")
    direction = table.choice("direction", tuple(_SIGNS), "both")
    question = AnomalyQuestion(
        metric, read_selection(table, metric.columns, metric.name), arguments, bucket_s, season_s, history_s,
        direction, table.number("min_change", 0.5, least=0.0),
    )  # fmt: skip
    return Subject(
        question, ">=", table.number("deviations", 6.0, least=1.0), f"{metric.meaning}, unlike its season",
        "deviations", window_s=None, reach_s=bucket_s,
    )  # fmt: skip
