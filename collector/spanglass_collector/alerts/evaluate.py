"""One pass over the rules of a project: ask, step every alert, write down what changed and what must be said.

The order of writes makes a crash repeat a step rather than lose it: first that a breach began (its `since`
is part of every id that follows), then the notifications, last the new states. A repeated pass finds the
same ids in the outbox and adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import orjson

from spanglass_collector.alerts import outbox, records
from spanglass_collector.alerts.notification import Notification, describe_window, summarise
from spanglass_collector.alerts.observe import RuleFailure, Sample, observe
from spanglass_collector.alerts.records import Record
from spanglass_collector.alerts.rules import Rule
from spanglass_collector.alerts.state import (
    Event,
    Phase,
    Standing,
    Step,
    advance,
    dedup_key,
    notification_id,
)
from spanglass_collector.store import Store

Known = Mapping[tuple[str, str], Record]
_GONE = Sample(labels={}, value=float("nan"))


@dataclass(frozen=True, slots=True)
class Change:
    """An alert's new state, and what is to be said about it (None: nothing)."""

    record: Record
    began: bool
    notification: Notification | None = None
    channels: tuple[str, ...] | None = None


@dataclass(slots=True)
class Evaluation:
    """What a pass found."""

    changes: list[Change] = field(default_factory=list)
    failures: list[RuleFailure] = field(default_factory=list)

    def count(self, event: Event) -> int:
        return sum(1 for c in self.changes if c.notification is not None and c.notification.event == event)


@dataclass(frozen=True, slots=True)
class Pass:
    """Where and when a pass looks. `now` has whole milliseconds, as the store keeps them."""

    project: str
    now: datetime
    trace_url: str = ""


def evaluate(store: Store, rules: Sequence[Rule], channels: Sequence[str], at: Pass) -> Evaluation:
    """Ask all rules and write the outcome. Raises StoreError; then nothing is lost and the pass can be
    repeated.
    """
    known = records.load_open(store, at.project)
    found = Evaluation()
    for rule in rules:
        samples = observe(store, rule, at.project, at.now)
        if isinstance(samples, RuleFailure):
            found.failures.append(samples)
        else:
            found.changes.extend(_changes(rule, samples, known, at))
    found.changes.extend(_orphans(rules, known, at))
    _write(store, found.changes, channels, at.now)
    return found


def _changes(rule: Rule, samples: Sequence[Sample], known: Known, at: Pass) -> Iterator[Change]:
    """Pure: steps of one rule's instances, those that were measured and those that are open without a
    measurement.
    """
    for sample in samples:
        before = known.get((rule.name, sample.instance))
        standing = before.standing if before else None
        step = advance(standing, breached=rule.is_breached(sample.value), now=at.now, for_s=rule.for_s)
        if step:
            yield _change(rule, sample, before, step, at)
    measured = {sample.instance for sample in samples}
    for (name, instance), before in known.items():
        if name == rule.name and instance not in measured and not rule.no_data_keeps:
            step = advance(before.standing, breached=False, now=at.now, for_s=rule.for_s)
            if step:
                yield _change(rule, _without_data(instance), before, step, at)


def _without_data(instance: str) -> Sample:
    return replace(_GONE, labels=orjson.loads(instance), explanation="nothing was measured in the last window")


def _orphans(rules: Sequence[Rule], known: Known, at: Pass) -> Iterator[Change]:
    """Open alerts whose rule was removed or renamed: nobody would ever resolve them."""
    names = {rule.name for rule in rules}
    for (name, instance), before in known.items():
        if name in names:
            continue
        step = advance(before.standing, breached=False, now=at.now, for_s=0)
        if step:
            yield _closed_orphan(before, instance, step, at)


def _closed_orphan(before: Record, instance: str, step: Step, at: Pass) -> Change:
    record = replace(before, standing=step.standing, updated_at=at.now)
    if step.event is None:
        return Change(record, began=False)
    said = Notification(
        id="", event="resolve", project=at.project, rule=before.rule, severity=before.severity,
        dedup_key=before.dedup_key, summary=f"{before.summary} (the rule was removed)",
        since=before.standing.since, at=at.now, value=None, condition="", labels=orjson.loads(instance),
    )  # fmt: skip
    return Change(record, began=False, notification=said)


def _change(rule: Rule, sample: Sample, before: Record | None, step: Step, at: Pass) -> Change:
    said = _notification(rule, sample, step, at)
    record = Record(
        project=at.project,
        rule=rule.name,
        instance=sample.instance,
        standing=step.standing,
        severity=rule.severity,
        value=said.value,
        summary=said.summary,
        details=_details(said),
        dedup_key=said.dedup_key,
        updated_at=at.now,
    )
    return Change(record, before is None, said if step.event else None, rule.channels)


def _details(said: Notification) -> str:
    kept = {
        "condition": said.condition,
        "explanation": said.explanation,
        "trace_ids": said.trace_ids,
        "runbook": said.runbook,
        **said.details,
    }
    return orjson.dumps(kept, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def _notification(rule: Rule, sample: Sample, step: Step, at: Pass) -> Notification:
    condition = f"{rule.op} {rule.threshold:g} {rule.unit}".strip() + f" over {describe_window(rule.window_s)}"
    value = sample.value if sample.value == sample.value else None  # NaN is the one number unequal to itself
    return Notification(
        id="",
        event=step.event or "trigger",
        project=at.project,
        rule=rule.name,
        severity=rule.severity,
        dedup_key=dedup_key(at.project, rule.name, sample.instance),
        summary=summarise(rule.title, value, condition, dict(sample.labels)),
        since=step.standing.since,
        at=at.now,
        value=value,
        condition=condition,
        labels=dict(sample.labels),
        trace_ids=sample.trace_ids,
        trace_links=_links(at.trace_url, sample.trace_ids),
        runbook=rule.runbook,
        explanation=sample.explanation,
        details=dict(sample.details),
    )


def _links(trace_url: str, trace_ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(trace_url.replace("{trace_id}", trace_id) for trace_id in trace_ids) if trace_url else ()


def _write(store: Store, changes: Sequence[Change], channels: Sequence[str], now: datetime) -> None:
    records.save(store, [_as_pending(c.record) for c in changes if c.began and c.notification])
    outbox.enqueue(store, list(_messages(changes, channels)), now)
    records.save(store, [replace(c.record, updated_at=now + timedelta(microseconds=1)) for c in changes])


def _as_pending(record: Record) -> Record:
    return replace(record, standing=Standing(Phase.PENDING, record.standing.since))


def _messages(changes: Sequence[Change], channels: Sequence[str]) -> Iterator[outbox.Message]:
    for change in changes:
        said = change.notification
        if said is None:
            continue
        for channel in channels if change.channels is None else change.channels:
            own_id = notification_id(said.dedup_key, said.since, said.event, channel)
            yield outbox.Message(channel, replace(said, id=own_id))
