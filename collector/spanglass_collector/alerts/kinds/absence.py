"""`absence`: nothing arrives, although at this time of earlier days something did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from spanglass_collector.alerts.kinds.selecting import read_selection
from spanglass_collector.alerts.metrics import SCORE_COLUMNS, SPAN_COLUMNS
from spanglass_collector.alerts.notification import describe_window
from spanglass_collector.alerts.question import Query, Selection, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

_COLUMNS = {"spans": SPAN_COLUMNS, "scores": {"Name": "Name", **SCORE_COLUMNS}}
_TIMES = {"spans": "Timestamp", "scores": "TargetTime"}


@dataclass(frozen=True, slots=True)
class AbsenceQuestion:
    """Groups that are silent now and had `min_count` rows in the same window each of `seasons_s` ago."""

    source: str
    selection: Selection
    seasons_s: tuple[float, ...]

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        seasons = [{"name": describe_window(s), "ms": int(s * 1000)} for s in self.seasons_s]
        text = render(
            "absence.sql.j2",
            source=self.source,
            time=_TIMES[self.source],
            seasons=seasons,
            longest_ms=max(int(s * 1000) for s in self.seasons_s),
            **self.selection.parts(),
        )
        return Query(text, {**bounds(project, since, until), **self.selection.bound()})


def read(table: Table) -> Subject:
    source = table.choice("source", tuple(_COLUMNS), "spans")
    seasons = table.texts("expected_as", ("1d",))
    if not seasons:
        raise table.error("expected_as", 'needs at least one duration, such as ["1d", "7d"]')
    question = AbsenceQuestion(
        source,
        read_selection(table, _COLUMNS[source], source),
        tuple(table.seconds("expected_as", season) for season in seasons),
    )
    return Subject(question, ">=", 0.0, f"seconds since the last of its {source}", "s", window_s=1800.0)
