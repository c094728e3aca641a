"""What the rules would have said: history asked pass by pass, with the same state machine and nothing written.

A pass at time t sees what happened up to t. Windows count from when they ended rather than from when they were judged,
so that history judged later replays as if it had been judged at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from spanglass_collector.alerts.evaluate import Evaluation, Pass, judge
from spanglass_collector.alerts.kinds.windows import WindowQuestion
from spanglass_collector.alerts.observe import RuleFailure
from spanglass_collector.alerts.quiet import Quiet
from spanglass_collector.alerts.records import Record
from spanglass_collector.alerts.rule import Rule
from spanglass_collector.store import Store


@dataclass(slots=True)
class Episode:
    """One page: from its trigger to its resolution (None: still open at the end)."""

    dedup_key: str
    summary: str
    since: datetime
    began: datetime
    ended: datetime | None = None


@dataclass(slots=True)
class Track:
    """What one rule did. `points` holds the value furthest on the wrong side at each pass, None without data."""

    rule: Rule
    points: list[tuple[datetime, float | None]] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    failure: RuleFailure | None = None

    @property
    def firing(self) -> timedelta:
        end = self.points[-1][0] if self.points else None
        spans = [(e.ended or end or e.began) - e.began for e in self.episodes]
        return sum(spans, timedelta())


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is replayed: passes every `step` from `start` to `end`."""

    project: str
    start: datetime
    end: datetime
    step: timedelta

    def moments(self) -> Iterator[datetime]:
        moment = self.start + self.step
        while moment <= self.end:
            yield moment
            moment += self.step

    def __len__(self) -> int:
        return max(0, int((self.end - self.start) / self.step))


def replay(
    store: Store,
    rules: Sequence[Rule],
    stretch: Stretch,
    *,
    quiets: tuple[Quiet, ...] = (),
    on_pass: Callable[[], object] = lambda: None,
) -> list[Track]:
    """One track a rule, in their order. Raises StoreError."""
    replayed = [_as_history(rule) for rule in rules]
    tracks = {rule.name: Track(rule) for rule in rules}
    known: dict[tuple[str, str], Record] = {}
    for now in stretch.moments():
        found = judge(store, replayed, known, Pass(stretch.project, now, quiets=quiets))
        known.update({(record.rule, record.instance): record for record in found.changes})
        for track in tracks.values():
            _follow(track, found, now)
        on_pass()
    return list(tracks.values())


def _as_history(rule: Rule) -> Rule:
    question = rule.question
    return replace(rule, question=replace(question, axis="WindowEnd")) if isinstance(question, WindowQuestion) else rule


def _follow(track: Track, found: Evaluation, now: datetime) -> None:
    name = track.rule.name
    values = [sample.value for sample in found.samples.get(name, [])]
    worst = max if track.rule.op.startswith(">") else min
    track.points.append((now, worst(values) if values else None))
    track.failure = next((f for f in found.failures if f.rule == name), track.failure)
    for statement in found.said:
        said = statement.notification
        if said.rule != name or not statement.is_news:
            continue
        is_open = {e.dedup_key: e for e in track.episodes if e.ended is None}
        if said.event == "resolve" and said.dedup_key in is_open:
            is_open[said.dedup_key].ended = now
        elif said.event == "trigger" and said.dedup_key not in is_open:
            track.episodes.append(Episode(said.dedup_key, said.summary, said.since, now))
