"""How close inserts may follow one another while little arrives.

An insert costs a fixed time of one core, whatever is in it, as the view is analysed anew. Senders that export ten times
a second would keep a core busy with nothing else: what follows an insert closely is stored together.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """`gather_s`: least time between the end of an insert and the start of the next, unless somebody waits for it."""

    def __init__(self, gather_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._gather_s = gather_s
        self._clock_s = clock_s
        self._rested_at_s = float("-inf")

    def insert_ended(self) -> None:
        self._rested_at_s = self._clock_s() + self._gather_s

    @property
    def left_s(self) -> float:
        """Until the next insert may begin; 0 when it may now."""
        return max(0.0, self._rested_at_s - self._clock_s())
