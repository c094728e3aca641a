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
    """Remembers counts for one process's life; knows nothing at its start, and asks for the whole horizon."""

    def __init__(self, horizon_s: float) -> None:
        self._horizon_ns = int(horizon_s * 1e9)
        self._seen: dict[int, int] | None = None
        self._latest: dict[int, int] = {}

    def look(self, store: Store, now_ns: int) -> list[Stretch]:
        """Stretches to read again. Raises StoreError."""
        after = max(0, now_ns - self._horizon_ns)
        rows = store.query(_COUNTS, {"after": after, "until": now_ns}).result_rows
        counts = {int(minute): int(count) for minute, count in rows}
        self._latest, seen = counts, self._seen
        if seen is None:
            return [Stretch(after, now_ns)]
        return _merged(minute for minute, count in counts.items() if seen.get(minute) != count)

    def settle(self) -> None:
        """What the last look asked for has been read; a round that failed does not say so, and is asked again."""
        self._seen = self._latest


def _merged(minutes: Iterable[int]) -> list[Stretch]:
    stretches: list[Stretch] = []
    for minute in sorted(minutes):
        start, end = minute * MINUTE_NS - 1, (minute + 1) * MINUTE_NS - 1
        if stretches and stretches[-1].until_ns == start:
            stretches[-1] = Stretch(stretches[-1].after_ns, end)
        else:
            stretches.append(Stretch(start, end))
    return stretches
