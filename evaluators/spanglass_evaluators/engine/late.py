"""Spans that arrive behind the watermark: stamped on arrival, but stored much later if they were spooled.

Counts per minute of arrival are cheap (one column). A minute whose count differs from what was seen last is
read again; the anti-join in claim.py keeps what is scored from being scored twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from spanglass_collector.store import Store
from spanglass_evaluators.engine.claim import Stretch

MINUTE_NS = 60 * 10**9

_COUNTS = """
SELECT intDiv(toUnixTimestamp64Nano(ReceivedAt), 60000000000) AS minute, count() FROM spans
WHERE ReceivedAt > fromUnixTimestamp64Nano({after:Int64})
  AND ReceivedAt <= fromUnixTimestamp64Nano({until:Int64})
GROUP BY minute SETTINGS final = 0
"""


class LateArrivals:
    """Remembers counts by reader for one process's life; knows nothing at first, and asks for the whole horizon."""

    def __init__(self, horizon_s: float) -> None:
        self._horizon_ns = int(horizon_s * 1e9)
        self._seen: dict[str, dict[int, int]] = {}
        self._latest: dict[int, int] = {}
        self._whole = Stretch(0, 0)

    def look(self, store: Store, now_ns: int) -> None:
        """Count. Raises StoreError."""
        after = max(0, now_ns - self._horizon_ns)
        rows = store.query(_COUNTS, {"after": after, "until": now_ns}).result_rows
        self._latest = {int(minute): int(count) for minute, count in rows}
        self._whole = Stretch(after, now_ns)

    def stretches(self, reader: str) -> list[Stretch]:
        """What `reader` must read again, as of the last look."""
        seen = self._seen.get(reader)
        if seen is None:
            return [self._whole]
        return _merged(minute for minute, count in self._latest.items() if seen.get(minute) != count)

    def settle(self, reader: str) -> None:
        """It has read what it was asked to; one that stopped before does not say so, and is asked again."""
        self._seen[reader] = self._latest

    def forget(self) -> None:
        """Readers have gained slots whose late spans another worker was to read."""
        self._seen.clear()


def _merged(minutes: Iterable[int]) -> list[Stretch]:
    stretches: list[Stretch] = []
    for minute in sorted(minutes):
        start, end = minute * MINUTE_NS - 1, (minute + 1) * MINUTE_NS - 1
        if stretches and stretches[-1].until_ns == start:
            stretches[-1] = Stretch(stretches[-1].after_ns, end)
        else:
            stretches.append(Stretch(start, end))
    return stretches
