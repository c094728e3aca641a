"""Query parameters that several routes share, with their bounds."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from spanglass_collector.errors import Rejected

DAY_NS = 86_400_000_000_000
MAX_NS = 4_102_444_800_000_000_000
"""The year 2100: what every time type of the store can hold."""
MAX_PAGE = 500
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Text = Annotated[str, Query(max_length=1000)]
Moment = Annotated[str, Query(max_length=40, description="ISO 8601 or Unix nanoseconds")]
Amount = Annotated[float, Query(ge=0, allow_inf_nan=False, le=1e9)]


@dataclass(frozen=True, slots=True)
class Span:
    """A time range, [from, to)."""

    from_ns: int
    to_ns: int


def time_range(
    from_: Annotated[str, Query(alias="from", max_length=40, description="ISO 8601 or Unix ns; a day ago")] = "",
    to: Moment = "",
) -> Span:
    """The last day unless asked otherwise. Raises Rejected."""
    to_ns = _moment_ns(to, "to") if to else time.time_ns()
    from_ns = _moment_ns(from_, "from") if from_ else max(0, to_ns - DAY_NS)
    if from_ns > to_ns:
        raise Rejected("'from' is later than 'to'")
    return Span(from_ns, to_ns)


Spans = Annotated[Span, Depends(time_range)]


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """`name`, `service`, `environment` and `min_duration_ms` are the root's; the rest is any one span's."""

    name: Text = ""
    service: Text = ""
    environment: Text = ""
    min_duration_ms: Amount = 0.0
    kind: Text = ""
    model: Text = ""
    status: Literal["", "Unset", "Ok", "Error"] = ""
    user: Text = ""
    session: Text = ""
    prompt: Text = ""
    prompt_version: Text = ""
    tag: Text = ""
    min_cost_usd: Amount = 0.0

    def values(self) -> dict[str, Any]:
        found = asdict(self)
        minimum_ns = int(found.pop("min_duration_ms") * 1e6)
        of_root = ("name", "service", "environment")
        by_span = any(value for name, value in found.items() if name not in of_root)
        return {**found, "min_duration_ns": minimum_ns, "by_span": int(by_span)}


def _moment_ns(text: str, name: str) -> int:
    if text.isascii() and text.isdigit():
        value = int(text)
    else:
        try:
            parsed = datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+"))
        except ValueError as error:
            raise Rejected(f"{name}: use 2026-01-31T12:00:00Z or Unix nanoseconds") from error
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
        value = int(aware.timestamp() * 1_000_000) * 1000
    if not 0 <= value < MAX_NS:
        raise Rejected(f"{name} is out of range")
    return value
