"""Alert states in the store: read at the start of a pass, written at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from spanglass_collector.alerts.state import Phase, Standing
from spanglass_collector.store import Store

_COLUMNS = (
    "Project", "Rule", "Instance", "State", "Severity", "Value", "Summary", "Details",
    "DedupKey", "Since", "UpdatedAt",
)  # fmt: skip
_OPEN = """
SELECT Project, Rule, Instance, State, Severity, Value, Summary, Details, DedupKey,
       toUnixTimestamp64Milli(Since), toUnixTimestamp64Milli(UpdatedAt)
FROM alert_states WHERE Project = {project:String} AND State != 'resolved'
"""


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


def load_open(store: Store, project: str) -> dict[tuple[str, str], Record]:
    """Alerts that are pending or firing, by (rule, instance). Raises StoreError."""
    rows = store.query(_OPEN, {"project": project}).result_rows
    return {(row[1], row[2]): _record(list(row)) for row in rows}


def save(store: Store, records: Sequence[Record]) -> None:
    """Write the states; the newest row of an alert wins. Raises StoreError."""
    if records:
        store.insert("alert_states", [_row(record) for record in records], _COLUMNS)


def from_ms(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, tz=timezone.utc)


def _record(row: list[object]) -> Record:
    project, rule, instance, phase, severity, value, summary, details, key, since_ms, updated_ms = row
    return Record(
        project=str(project),
        rule=str(rule),
        instance=str(instance),
        standing=Standing(Phase(phase), from_ms(int(str(since_ms)))),
        severity=str(severity),
        value=None if value is None else float(str(value)),
        summary=str(summary),
        details=str(details),
        dedup_key=str(key),
        updated_at=from_ms(int(str(updated_ms))),
    )


def _row(record: Record) -> list[object]:
    return [
        record.project, record.rule, record.instance, record.standing.phase.value, record.severity,
        record.value, record.summary, record.details, record.dedup_key, record.standing.since,
        record.updated_at,
    ]  # fmt: skip
