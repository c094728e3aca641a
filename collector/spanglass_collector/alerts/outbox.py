"""What must be said to whom, kept in the store from before it is first sent until it is delivered or given
up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.records import from_ms
from spanglass_collector.store import Store

_COLUMNS = (
    "Id", "CreatedAt", "Project", "Channel", "Event", "Rule", "DedupKey", "Payload",
    "Status", "Attempts", "NextAttemptAt", "LastError", "UpdatedAt",
)  # fmt: skip
_KNOWN = "SELECT Id FROM alert_outbox WHERE Id IN {ids:Array(String)}"
_COUNTS = """
SELECT Channel, countIf(Status = 'pending'), countIf(Status = 'dead'),
       max(if(Status = 'pending', dateDiff('second', CreatedAt, {now:DateTime64(3)}), 0))
FROM alert_outbox GROUP BY Channel
"""
_PENDING = """
SELECT Channel, Payload, Status, Attempts, toUnixTimestamp64Milli(CreatedAt),
       toUnixTimestamp64Milli(NextAttemptAt), LastError
FROM alert_outbox
WHERE Channel = {channel:String} AND Status = 'pending'
-- A resolution is said after the trigger it ends, also when both were written in one millisecond.
ORDER BY CreatedAt, Event = 'resolve', Id
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Message:
    """A notification on its way to one channel."""

    channel: str
    notification: Notification


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the outbox. `status` is pending, delivered, superseded or dead."""

    message: Message
    created_at: datetime
    next_attempt_at: datetime
    status: str = "pending"
    attempts: int = 0
    last_error: str = ""


def enqueue(store: Store, messages: Sequence[Message], now: datetime) -> None:
    """Add messages that are not there yet; one that was sent before stays as it is. Raises StoreError."""
    if not messages:
        return
    ids = [message.notification.id for message in messages]
    known = {row[0] for row in store.query(_KNOWN, {"ids": ids}).result_rows}
    fresh = [Entry(m, created_at=now, next_attempt_at=now) for m in messages if m.notification.id not in known]
    update(store, fresh, now)


def pending(store: Store, channel: str) -> list[Entry]:
    """Undelivered messages of a channel, oldest first. Raises StoreError."""
    return [_entry(row) for row in store.query(_PENDING, {"channel": channel}).result_rows]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How a channel stands: messages that wait, that were given up, and the age of the oldest that waits."""

    channel: str
    pending: int
    dead: int
    oldest_s: int


def backlogs(store: Store, now: datetime) -> list[Backlog]:
    """Every channel that was ever written to. Raises StoreError."""
    return [Backlog(*row) for row in store.query(_COUNTS, {"now": now}).result_rows]


def update(store: Store, entries: Sequence[Entry], now: datetime) -> None:
    """Write entries as they are now. Raises StoreError."""
    if entries:
        store.insert("alert_outbox", [_row(entry, now) for entry in entries], _COLUMNS)


def due(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """Pure: what may be sent now. Of each page only the oldest, so that trigger and resolve keep their
    order.
    """
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.message.notification.dedup_key, entry)
    return [entry for entry in first.values() if entry.next_attempt_at <= now]


def outdated(entries: Sequence[Entry]) -> list[Entry]:
    """Pure: repetitions behind which something newer waits; nobody needs to hear them any more."""
    newest = {entry.message.notification.dedup_key: entry for entry in entries}
    return [e for e in entries if e.message.notification.event == "repeat" and newest[_key(e)] is not e]


def superseded(entry: Entry) -> Entry:
    return replace(entry, status="superseded", last_error="")


def _key(entry: Entry) -> str:
    return entry.message.notification.dedup_key


def delivered(entry: Entry) -> Entry:
    return replace(entry, status="delivered", attempts=entry.attempts + 1, last_error="")


def dead(entry: Entry, reason: str) -> Entry:
    return replace(entry, status="dead", attempts=entry.attempts + 1, last_error=reason)


def postponed(entry: Entry, until: datetime, reason: str) -> Entry:
    return replace(entry, next_attempt_at=until, attempts=entry.attempts + 1, last_error=reason)


def _entry(row: Sequence[object]) -> Entry:
    channel, payload, status, attempts, created_ms, next_ms, last_error = row
    return Entry(
        message=Message(str(channel), Notification.from_json(str(payload))),
        created_at=from_ms(int(str(created_ms))),
        next_attempt_at=from_ms(int(str(next_ms))),
        status=str(status),
        attempts=int(str(attempts)),
        last_error=str(last_error),
    )


def _row(entry: Entry, now: datetime) -> list[object]:
    said = entry.message.notification
    return [
        said.id, entry.created_at, said.project, entry.message.channel, said.event, said.rule, said.dedup_key,
        said.to_json(), entry.status, entry.attempts, entry.next_attempt_at, entry.last_error[:1000], now,
    ]  # fmt: skip
