"""How much a key may use. Pure: every call is given the time.

Requests and bytes refill continuously and hold one second's worth (a burst). A request is let in while the account is
not overdrawn and charged for what it turned out to hold, so one request may overdraw, and the next ones wait for it.
Counted per collector process, from its start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from spanglass_collector.access.errors import OverQuota

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Quota:
    """None: no limit."""

    requests_per_s: float | None = None
    bytes_per_s: float | None = None
    """Request bytes after decompression."""
    spans_per_day: int | None = None
    """Spans, log records or data points, per UTC day."""


class Meter:
    """The use of one key. Belongs to one thread (the collector's event loop)."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self._requests = _Bucket(quota.requests_per_s)
        self._bytes = _Bucket(quota.bytes_per_s)
        self._day = 0
        self._spans = 0

    def admit(self, now_s: float) -> None:
        """Counts one request. Raises OverQuota."""
        self._check_day(now_s)
        for bucket, what in ((self._bytes, "bytes per second"), (self._requests, "requests per second")):
            wait_s = bucket.wait_s(now_s)
            if wait_s:
                raise OverQuota(f"this key's {what} are used up; wait {wait_s} s", wait_s, is_brief=True)
        self._requests.take(1, now_s)

    def charge(self, size_bytes: int, spans: int, now_s: float) -> None:
        """What an admitted request held."""
        self._bytes.take(size_bytes, now_s)
        self._turn_day(now_s)
        self._spans += spans

    def _check_day(self, now_s: float) -> None:
        self._turn_day(now_s)
        limit = self.quota.spans_per_day
        if limit is not None and self._spans >= limit:
            left_s = max(1, math.ceil((self._day + 1) * DAY_S - now_s))
            raise OverQuota(f"this key's {limit} spans of today (UTC) are used up", left_s, is_brief=False)

    def _turn_day(self, now_s: float) -> None:
        day = int(now_s // DAY_S)
        if day > self._day:  # a clock that jumps back starts no new day
            self._day, self._spans = day, 0


@dataclass(slots=True)
class _Bucket:
    """Tokens that refill at `rate` per second up to one second's worth, at least one."""

    rate: float | None
    level: float = field(init=False)
    at_s: float = 0.0

    def __post_init__(self) -> None:
        self.level = self._capacity

    @property
    def _capacity(self) -> float:
        return max(1.0, self.rate or 0.0)

    def wait_s(self, now_s: float) -> int:
        """Whole seconds until a request is let in; 0: now."""
        if self.rate is None:
            return 0
        self._refill(now_s)
        need = min(1.0, self._capacity) - self.level
        return math.ceil(need / self.rate) if need > 0 else 0

    def take(self, amount: float, now_s: float) -> None:
        if self.rate is not None:
            self._refill(now_s)
            self.level -= amount

    def _refill(self, now_s: float) -> None:
        elapsed_s = max(0.0, now_s - self.at_s)
        self.level = min(self._capacity, self.level + elapsed_s * (self.rate or 0.0))
        self.at_s = now_s
