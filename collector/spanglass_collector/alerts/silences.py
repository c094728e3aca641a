"""Silences and acknowledgements in the store: what people said about alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from spanglass_collector.alerts.quiet import Matcher, Silence
from spanglass_collector.alerts.records import from_ms
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store import Store

_COLUMNS = (
    "Id", "Project", "Matchers", "StartsAt", "EndsAt", "Comment", "CreatedBy", "Removed", "UpdatedAt",
)  # fmt: skip
_VALID = """
SELECT Id, Project, Matchers, toUnixTimestamp64Milli(StartsAt), toUnixTimestamp64Milli(EndsAt), Comment, CreatedBy
FROM alert_silences WHERE NOT Removed AND EndsAt > {now:DateTime64(3)} ORDER BY StartsAt, Id
"""


def load_silences(store: Store, now: datetime) -> list[Silence]:
    """Those that hold or will hold. Raises StoreError."""
    return [_silence(row) for row in store.query(_VALID, {"now": now}).result_rows]


def add_silence(store: Store, silence: Silence, now: datetime) -> None:
    """Raises StoreError."""
    store.insert("alert_silences", [_row(silence, removed=False, now=now)], _COLUMNS)


def remove_silence(store: Store, silence_id: str, now: datetime) -> Silence:
    """End it now. Raises ConfigurationError when there is none of that id, and StoreError."""
    found = next((s for s in load_silences(store, now) if s.id == silence_id), None)
    if found is None:
        raise ConfigurationError(f"there is no silence {silence_id!r}; 'spanglass silence list' shows those there are")
    ended = replace(found, ends_at=max(now, found.starts_at))
    store.insert("alert_silences", [_row(ended, removed=True, now=now)], _COLUMNS)
    return ended


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took a page, and when."""

    project: str
    dedup_key: str
    since: datetime
    at: datetime
    by: str
    comment: str = ""


def load_acknowledgements(store: Store, dedup_keys: Sequence[str]) -> dict[tuple[str, datetime], Acknowledgement]:
    """By page and the beginning of its episode. Raises StoreError."""
    rows = store.query(
        "SELECT Project, DedupKey, toUnixTimestamp64Milli(Since), toUnixTimestamp64Milli(AcknowledgedAt), "
        "AcknowledgedBy, Comment FROM alert_acknowledgements WHERE DedupKey IN {keys:Array(String)}",
        {"keys": list(dedup_keys)},
    ).result_rows
    found = [Acknowledgement(r[0], r[1], from_ms(r[2]), from_ms(r[3]), r[4], r[5]) for r in rows]
    return {(ack.dedup_key, ack.since): ack for ack in found}


def save_acknowledgement(store: Store, ack: Acknowledgement) -> None:
    """Raises StoreError."""
    names = ("Project", "DedupKey", "Since", "AcknowledgedAt", "AcknowledgedBy", "Comment")
    store.insert(
        "alert_acknowledgements", [[ack.project, ack.dedup_key, ack.since, ack.at, ack.by, ack.comment]], names
    )


def _silence(row: Sequence[Any]) -> Silence:
    silence_id, project, matchers, starts_ms, ends_ms, comment, created_by = row
    return Silence(
        id=str(silence_id),
        project=str(project),
        matchers=tuple(Matcher.parse(text) for text in matchers),
        starts_at=from_ms(starts_ms),
        ends_at=from_ms(ends_ms),
        comment=str(comment),
        created_by=str(created_by),
    )


def _row(silence: Silence, *, removed: bool, now: datetime) -> list[object]:
    matchers = [str(matcher) for matcher in silence.matchers]
    return [
        silence.id, silence.project, matchers, silence.starts_at, silence.ends_at, silence.comment,
        silence.created_by, removed, now,
    ]  # fmt: skip
