"""Alert states in the store: read at the start of a pass, written at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson

from spanglass_collector.alerts.state import Phase, Standing
from spanglass_collector.store import Store

_COLUMNS = (
    "Project", "Rule", "Instance", "State", "Severity", "Value", "Summary", "Details",
    "DedupKey", "Since", "UpdatedAt", "Told", "FiredAt", "CalmSince", "MutedBy",
)  # fmt: skip
_READ = """
SELECT Project, Rule, Instance, State, Severity, Value, Summary, Details, DedupKey,
       toUnixTimestamp64Milli(Since), toUnixTimestamp64Milli(UpdatedAt),
       Told, arrayMap(moment -> toUnixTimestamp64Milli(moment), FiredAt), toUnixTimestamp64Milli(CalmSince), MutedBy
FROM alert_states WHERE {where}
"""
_OPEN = _READ.replace("{where}", "State != 'resolved'")
_KNOWN = _READ.replace(
    "{where}",
    "Project = {project:String} AND (State != 'resolved' OR UpdatedAt > fromUnixTimestamp64Milli({since_ms:Int64}))",
)
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of `alert_states`. `details` is JSON of what the last sample said."""

    project: str
    rule: str
    instance: str
    standing: Standing
    severity: str
    value: float | None
    summary: str
    details: str
    dedup_key: str
    updated_at: datetime
    told: bool = False
    muted_by: str = ""

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = orjson.loads(self.instance)
        return labels

    @property
    def said(self) -> dict[str, Any]:
        """The last sample's condition, explanation, trace_ids, runbook and details."""
        said: dict[str, Any] = orjson.loads(self.details) if self.details else {}
        return said

    @property
    def matching(self) -> dict[str, str]:
        """The labels silences and maintenance windows are held against."""
        own = {"project": self.project, "rule": self.rule, "severity": self.severity}
        return {**self.labels, **own}


def load_known(store: Store, project: str, now: datetime) -> dict[tuple[str, str], Record]:
    """Alerts that are pending or firing, or ended within a day, by (rule, instance). Raises StoreError."""
    since_ms = round((now - _REMEMBERED).timestamp() * 1000)
    rows = store.query(_KNOWN, {"project": project, "since_ms": since_ms}).result_rows
    return {(row[1], row[2]): _record(list(row)) for row in rows}


def load_open(store: Store, project: str | None = None) -> list[Record]:
    """Alerts that are pending or firing, of one project or of all. Raises StoreError."""
    found = [_record(list(row)) for row in store.query(_OPEN).result_rows]
    return [record for record in found if project is None or record.project == project]


def save(store: Store, records: Sequence[Record]) -> None:
    """Write the states; the newest row of an alert wins. Raises StoreError."""
    if records:
        store.insert("alert_states", [_row(record) for record in records], _COLUMNS)


def from_ms(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, tz=timezone.utc)


def _record(row: list[Any]) -> Record:
    project, rule, instance, phase, severity, value, summary, details, key, since_ms, updated_ms = row[:11]
    told, fired_ms, calm_ms, muted_by = row[11:]
    calm_since = None if calm_ms is None else from_ms(calm_ms)
    return Record(
        project=project,
        rule=rule,
        instance=instance,
        standing=Standing(Phase(phase), from_ms(since_ms), tuple(map(from_ms, fired_ms)), calm_since),
        severity=severity,
        value=value,
        summary=summary,
        details=details,
        dedup_key=key,
        updated_at=from_ms(updated_ms),
        told=bool(told),
        muted_by=muted_by,
    )


def _row(record: Record) -> list[object]:
    standing = record.standing
    return [
        record.project, record.rule, record.instance, standing.phase.value, record.severity,
        record.value, record.summary, record.details, record.dedup_key, standing.since,
        record.updated_at, record.told, list(standing.fired), standing.calm_since, record.muted_by,
    ]  # fmt: skip
