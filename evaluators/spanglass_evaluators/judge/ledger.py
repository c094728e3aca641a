"""How much a judge may spend: calls and USD, by day (UTC) and by run. Kept in a file that processes share.

Every call is entered before it is made, at the most it can cost, and corrected when the bill is known. A process that
is killed in between leaves the larger sum: the bound holds, whatever happens.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from spanglass_evaluators.judge.errors import BudgetSpent
from spanglass_evaluators.judge.file import JudgeFile


@dataclass(frozen=True, slots=True)
class Bounds:
    """0 stands for no bound. A run is the life of a process."""

    max_calls_per_day: int = 0
    max_calls_per_run: int = 0
    max_usd_per_day: float = 0.0
    max_usd_per_run: float = 0.0

    @property
    def of_money(self) -> bool:
        return self.max_usd_per_day > 0 or self.max_usd_per_run > 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What a judge has spent on one day."""

    day: str
    judge: str
    calls: int
    usd: float
    unpriced_calls: int


class Ledger:
    """One judge's book. Thread-safe."""

    def __init__(self, file: JudgeFile, judge: str, bounds: Bounds, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._judge = judge
        self._bounds = bounds
        self._clock = clock
        self._lock = threading.Lock()
        self._run_calls, self._run_usd = 0, 0.0

    def enter(self, most_usd: float | None) -> Entry:
        """Take a call that may cost `most_usd` (None: unknown). Raises BudgetSpent and then enters nothing."""
        day = datetime.fromtimestamp(self._clock(), timezone.utc).date().isoformat()
        usd = most_usd or 0.0
        with self._lock:
            self._check("run", self._run_calls, self._run_usd + usd)
            with self._file.writing() as connection:
                row = connection.execute(
                    "SELECT calls, usd FROM spent WHERE day = ? AND judge = ?", (day, self._judge)
                ).fetchone()
                calls, spent = row or (0, 0.0)
                self._check("day", calls, spent + usd)
                connection.execute(_ENTER, (day, self._judge, usd, int(most_usd is None)))
            self._run_calls += 1
            self._run_usd += usd
        return Entry(self, day, usd)

    def correct(self, day: str, difference_usd: float) -> None:
        with self._lock:
            self._run_usd += difference_usd
            with self._file.writing() as connection:
                connection.execute(
                    "UPDATE spent SET usd = max(0, usd + ?) WHERE day = ? AND judge = ?",
                    (difference_usd, day, self._judge),
                )

    def days(self) -> list[Spent]:
        """Newest first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT day, judge, calls, usd, unpriced FROM spent WHERE judge = ? ORDER BY day DESC", (self._judge,)
            ).fetchall()
        return [Spent(*row) for row in rows]

    def _check(self, period: str, calls: int, usd: float) -> None:
        most_calls = getattr(self._bounds, f"max_calls_per_{period}")
        most_usd = getattr(self._bounds, f"max_usd_per_{period}")
        if most_calls and calls >= most_calls:
            raise BudgetSpent(f"{most_calls} calls are made: max_calls_per_{period} of the judge is reached")
        if most_usd and usd > most_usd:
            raise BudgetSpent(
                f"a call more could cost over {most_usd} USD: max_usd_per_{period} of the judge is reached"
            )


@dataclass(frozen=True, slots=True)
class Entry:
    """A call that is in the book at the most it can cost."""

    ledger: Ledger
    day: str
    entered_usd: float

    def settle(self, usd: float) -> None:
        """Correct the book to what the call cost."""
        if usd != self.entered_usd:
            self.ledger.correct(self.day, usd - self.entered_usd)


_ENTER = """
INSERT INTO spent (day, judge, calls, usd, unpriced) VALUES (?, ?, 1, ?, ?)
ON CONFLICT (day, judge) DO UPDATE
SET calls = calls + 1, usd = usd + excluded.usd, unpriced = unpriced + excluded.unpriced
"""
