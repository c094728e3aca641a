"""Pages: alerts that people hear of together, under one deduplication key. Pure.

What must be said follows from which alerts of a page people had been told of and which they are to know of
now: nothing about a page is kept beside the states of its alerts, so a restart cannot lose it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.observe import MOST_TRACES
from spanglass_collector.alerts.outbox import Message
from spanglass_collector.alerts.records import Record
from spanglass_collector.alerts.rule import Destination
from spanglass_collector.alerts.state import Event, notification_id

_SHOWN_ALERTS = 20
_FIELDS = ("condition", "explanation", "trace_ids", "runbook", "page_labels")


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What turns ids into addresses."""

    trace_url: str = ""
    runbook_base: str = ""


BARE = PageSettings()
"""Bare ids."""


@dataclass(frozen=True, slots=True)
class Said:
    """A notification before it is addressed; `detail` tells it from others of its episode."""

    notification: Notification
    detail: str
    is_news: bool


def statements(before: Iterable[Record], after: Iterable[Record], now: datetime, settings: PageSettings) -> list[Said]:
    """What is to be said of every page, given the told alerts of the last pass and of this one."""
    heard, known = _by_page(before), _by_page(after)
    said = [_statement(heard.get(key, []), known.get(key, []), now, settings) for key in {**heard, **known}]
    return [statement for statement in said if statement is not None]


def _by_page(records: Iterable[Record]) -> dict[str, list[Record]]:
    pages: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.told and record.standing.is_firing:
            pages[record.dedup_key].append(record)
    return pages


def _statement(heard: Sequence[Record], known: Sequence[Record], now: datetime, settings: PageSettings) -> Said | None:
    if not known:
        return Said(notification_of(heard, "resolve", now, settings), _members(heard), is_news=True)
    news = {record.instance for record in known} - {record.instance for record in heard}
    event: Event = "trigger" if news else "repeat"
    return Said(notification_of(known, event, now, settings), _members(known), is_news=bool(news))


def _members(records: Sequence[Record]) -> str:
    text = "\0".join(sorted(record.instance for record in records))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def notification_of(records: Sequence[Record], event: Event, now: datetime, settings: PageSettings) -> Notification:
    """One notification about the alerts of a page; the worst of them speaks for it."""
    worst = max(records, key=lambda record: (abs(record.value or 0.0), record.instance))
    said = worst.said
    trace_ids = tuple(dict.fromkeys(t for r in (worst, *records) for t in r.said.get("trace_ids", ())))[:MOST_TRACES]
    return Notification(
        id="",
        event=event,
        project=worst.project,
        rule=worst.rule,
        severity=worst.severity,
        dedup_key=worst.dedup_key,
        summary=worst.summary if len(records) == 1 else f"{worst.summary} (and {len(records) - 1} more)",
        since=min(record.standing.since for record in records),
        at=now,
        value=worst.value,
        condition=str(said.get("condition", "")),
        labels=_shared([record.labels for record in records]),
        page_labels=dict(said.get("page_labels", {})),
        trace_ids=trace_ids,
        trace_links=_links(settings.trace_url, trace_ids),
        runbook=_runbook(str(said.get("runbook", "")), settings.runbook_base),
        explanation=str(said.get("explanation", "")),
        details=_details(said, records),
    )


def _details(said: Mapping[str, Any], records: Sequence[Record]) -> dict[str, Any]:
    own = {k: v for k, v in said.items() if k not in _FIELDS}
    if len(records) > 1:
        own["alerts"] = [
            {"labels": r.labels, "value": r.value, "summary": r.summary, "since": r.standing.since.isoformat()}
            for r in records[:_SHOWN_ALERTS]
        ]
    return own


def _shared(labels: Sequence[dict[str, str]]) -> dict[str, str]:
    first, *others = labels
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _links(trace_url: str, trace_ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(trace_url.replace("{trace_id}", trace_id) for trace_id in trace_ids) if trace_url else ()


def _runbook(runbook: str, base: str) -> str:
    is_path = bool(runbook) and "://" not in runbook
    return f"{base.rstrip('/')}/{runbook}" if base and is_path else runbook


def addressed(
    said: Sequence[Said], destinations: Sequence[Destination], allowed: Callable[[str], tuple[str, ...] | None]
) -> Iterator[Message]:
    """Each statement to each channel that is to hear it, under the id it always has there.

    `allowed` gives a rule's own channels by its name, None for all.
    """
    for statement in said:
        own = allowed(statement.notification.rule)
        for destination in destinations:
            is_meant = own is None or destination.name in own
            if is_meant and statement.notification.severity in destination.severities:
                message = _for(statement, destination)
                if message is not None:
                    yield message


def _for(statement: Said, destination: Destination) -> Message | None:
    said, detail = statement.notification, statement.detail
    if not statement.is_news:
        if not destination.repeat_s:
            return None
        slot = int(said.at.timestamp() // destination.repeat_s)
        detail = f"{detail}/{slot}"
    own_id = notification_id(said.dedup_key, said.since, said.event, destination.name, detail)
    return Message(destination.name, replace(said, id=own_id))
