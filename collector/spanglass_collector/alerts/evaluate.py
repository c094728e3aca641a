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

from spanglass_collector.alerts import outbox, pages, quiet, records
from spanglass_collector.alerts.notification import describe_window, summarise
from spanglass_collector.alerts.observe import RuleFailure, Sample, instance_of, observe
from spanglass_collector.alerts.pages import BARE, PageSettings, Said
from spanglass_collector.alerts.quiet import Quiet
from spanglass_collector.alerts.records import Record
from spanglass_collector.alerts.rule import Destination, Rule
from spanglass_collector.alerts.state import Event, Phase, Standing, Terms, advance, dedup_key
from spanglass_collector.store import Store

Known = Mapping[tuple[str, str], Record]


@dataclass(slots=True)
class Evaluation:
    """What a pass found: alerts as they stand, what is said of their pages, rules that could not be asked."""

    changes: list[Record] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    failures: list[RuleFailure] = field(default_factory=list)
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def count(self, event: Event) -> int:
        return sum(1 for said in self.said if said.notification.event == event)


@dataclass(frozen=True, slots=True)
class Pass:
    """Where and when a pass looks, and what keeps it quiet. `now` has whole milliseconds, as the store keeps
    them.
    """

    project: str
    now: datetime
    settings: PageSettings = BARE
    quiets: tuple[Quiet, ...] = ()


def evaluate(store: Store, rules: Sequence[Rule], destinations: Sequence[Destination], at: Pass) -> Evaluation:
    """Ask all rules and write the outcome. Raises StoreError; then nothing is lost and the pass can be
    repeated.
    """
    known = records.load_known(store, at.project, at.now)
    found = judge(store, rules, known, at)
    allowed = {rule.name: rule.channels for rule in rules}
    _write(store, found.changes, list(pages.addressed(found.said, destinations, allowed.get)), known, at.now)
    return found


def judge(store: Store, rules: Sequence[Rule], known: Known, at: Pass) -> Evaluation:
    """Ask all rules and decide, writing nothing. Raises StoreError."""
    found = _asked(store, rules, known, at)
    found.changes.extend(_orphans(rules, known, at.now))
    after = {**known, **{(record.rule, record.instance): record for record in found.changes}}
    by_name = {rule.name: rule for rule in rules}
    heard = {key: _muted(record, after, by_name, at) for key, record in after.items()}
    found.changes = [heard[record.rule, record.instance] for record in found.changes]
    found.said = pages.statements(known.values(), heard.values(), at.now, at.settings)
    return found


def _asked(store: Store, rules: Sequence[Rule], known: Known, at: Pass) -> Evaluation:
    found = Evaluation()
    for rule in rules:
        samples = observe(store, rule, at.project, at.now)
        if isinstance(samples, RuleFailure):
            found.failures.append(samples)
        else:
            found.samples[rule.name] = samples
            found.changes.extend(stepped(rule, samples, known, at.project, at.now))
    return found


def stepped(rule: Rule, samples: Sequence[Sample], known: Known, project: str, now: datetime) -> Iterator[Record]:
    """Pure: steps of one rule's instances, those that were measured and those that are open without a
    measurement.
    """
    for sample in samples:
        before = known.get((rule.name, sample.instance))
        standing = before.standing if before else None
        breached = rule.is_breached(sample.value, is_firing=standing is not None and standing.is_firing)
        after = advance(standing, breached=breached, now=now, terms=rule.terms)
        if after is not None:
            yield _record(rule, sample, before, after, project, now)
    measured = {sample.instance for sample in samples}
    for (name, instance), before in known.items():
        if name == rule.name and instance not in measured and not rule.no_data_keeps:
            gone = advance(before.standing, breached=False, now=now, terms=rule.terms)
            if gone is not None:
                yield _continued(before, gone, now)


def _orphans(rules: Sequence[Rule], known: Known, now: datetime) -> Iterator[Record]:
    """Open alerts whose rule was removed or renamed: nobody would ever resolve them."""
    names = {rule.name for rule in rules}
    for (name, _), before in known.items():
        after = None if name in names else advance(before.standing, breached=False, now=now, terms=Terms(flap_limit=99))
        if after is not None:
            yield replace(_continued(before, after, now), summary=f"{before.summary} (the rule was removed)")


def _continued(before: Record, standing: Standing, now: datetime) -> Record:
    """Without a measurement an alert keeps what was last said of it."""
    told = before.told and standing.is_firing
    return replace(before, standing=standing, updated_at=now, told=told, muted_by="")


def _record(
    rule: Rule, sample: Sample, before: Record | None, standing: Standing, project: str, now: datetime
) -> Record:
    condition = f"{rule.op} {rule.threshold:g} {rule.unit}".strip() + f" over {describe_window(rule.window_s)}"
    shown = {
        **sample.details,
        "condition": condition,
        "explanation": sample.explanation,
        "trace_ids": sample.trace_ids,
        "runbook": rule.runbook,
        "page_labels": _page_labels(rule, sample),
    }
    text = orjson.dumps(shown, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
    return Record(
        project=project,
        rule=rule.name,
        instance=sample.instance,
        standing=standing,
        severity=rule.severity,
        value=sample.value,
        summary=summarise(rule.title, sample.value, condition, dict(sample.labels)),
        details=text,
        dedup_key=dedup_key(project, rule.name, instance_of(_page_labels(rule, sample))),
        updated_at=now,
        told=before is not None and before.told and standing.is_firing,
    )


def _page_labels(rule: Rule, sample: Sample) -> dict[str, str]:
    """What tells the rule's pages apart: the same for as long as the page lives."""
    if rule.page_per is None:
        return dict(sample.labels)
    return {name: sample.labels[name] for name in rule.page_per if name in sample.labels}


def _muted(record: Record, after: Known, rules: Mapping[str, Rule], at: Pass) -> Record:
    """The record with whether people are told of it. Who was told stays told until it ends."""
    if not record.standing.is_firing or record.told:
        return record
    why = quiet.reason(record.matching, at.quiets, at.now) or _inhibited(record, after, rules)
    return replace(record, told=not why, muted_by=why)


def _inhibited(record: Record, after: Known, rules: Mapping[str, Rule]) -> str:
    names = rules[record.rule].inhibited_by if record.rule in rules else ()
    for other in after.values():
        if other.rule in names and other.standing.is_firing and quiet.is_explained(record.labels, other.labels):
            return f"alert {other.rule}"
    return ""


def _write(
    store: Store, changes: Sequence[Record], messages: Sequence[outbox.Message], known: Known, now: datetime
) -> None:
    began = [r for r in changes if r.standing.is_firing and not _was_open(known.get((r.rule, r.instance)))]
    records.save(store, [_as_pending(record) for record in began])
    outbox.enqueue(store, messages, now)
    records.save(store, [replace(r, updated_at=now + timedelta(microseconds=1)) for r in changes])


def _was_open(record: Record | None) -> bool:
    return record is not None and record.standing.is_open


def _as_pending(record: Record) -> Record:
    standing = replace(record.standing, phase=Phase.PENDING, fired=record.standing.fired[:-1])
    return replace(record, standing=standing, told=False)
