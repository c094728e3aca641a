"""What people are told about an alert, before any channel puts it in its own words.

Kept as JSON in `alert_outbox.Payload`: it holds no secret and no address, those are the channel's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson

from spanglass_collector.alerts.state import Event


@dataclass(frozen=True, slots=True)
class Notification:
    """What is wrong, since when, how bad, which traces show it, and what to do. Times are UTC."""

    id: str
    event: Event
    project: str
    rule: str
    severity: str
    dedup_key: str
    summary: str
    since: datetime
    at: datetime
    value: float | None
    condition: str
    labels: dict[str, str] = field(default_factory=dict)
    """What all alerts of the page have in common."""
    page_labels: dict[str, str] = field(default_factory=dict)
    """What tells the page from the rule's other pages; the same from trigger to resolve."""
    trace_ids: tuple[str, ...] = ()
    trace_links: tuple[str, ...] = ()
    runbook: str = ""
    explanation: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return orjson.dumps(asdict(self), default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()

    @classmethod
    def from_json(cls, text: str) -> Notification:
        fields = orjson.loads(text)
        for moment in ("since", "at"):
            fields[moment] = datetime.fromisoformat(fields[moment])
        for ids in ("trace_ids", "trace_links"):
            fields[ids] = tuple(fields[ids])
        return cls(**fields)


def summarise(title: str, value: float | None, condition: str, labels: dict[str, str]) -> str:
    """`Model calls fail: 0.42 (> 0.1 share over 10m) for ServiceName=chat`."""
    measured = "" if value is None else f": {value:.4g} ({condition})"
    where = ", ".join(f"{name}={text}" for name, text in sorted(labels.items()))
    return f"{title}{measured}" + (f" for {where}" if where else "")


def describe_window(seconds: float) -> str:
    """Seconds in the largest unit that divides them: `10m`, `1h`, `90s`."""
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"
