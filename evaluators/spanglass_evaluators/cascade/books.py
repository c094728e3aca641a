"""What a cascade has saved: targets that its later stages never got, and what those would have cost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from spanglass_evaluators.contract import Failure, Judgement


@dataclass(slots=True)
class StageCount:
    """`calls`: targets it got; `usd`: what those with a known price cost, `priced` of them."""

    calls: int = 0
    usd: float = 0.0
    priced: int = 0

    @property
    def usd_a_call(self) -> float | None:
        return self.usd / self.priced if self.priced else None


@dataclass(frozen=True, slots=True)
class Saving:
    """Of one stage: targets it did not get, and what they would have cost at its mean price (None: no price known)."""

    calls: int
    spared_calls: int
    spared_usd: float | None


@dataclass
class Books:
    """Counts of this process; threads may write."""

    targets: int = 0
    stages: dict[int, StageCount] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def enter(self, stage: int, answers: Sequence[Judgement | Failure]) -> None:
        """A stage has answered."""
        prices = [a.cost_usd for a in answers if isinstance(a, Judgement) and a.cost_usd is not None]
        with self._lock:
            count = self.stages.setdefault(stage, StageCount())
            count.calls += len(answers)
            count.usd += sum(prices)
            count.priced += len(prices)

    def close(self, targets: int) -> None:
        """A batch is through."""
        with self._lock:
            self.targets += targets

    def savings(self) -> list[Saving]:
        """By stage, in order."""
        with self._lock:
            return [self._saving(self.stages[stage]) for stage in sorted(self.stages)]

    def _saving(self, count: StageCount) -> Saving:
        spared = self.targets - count.calls
        usd = None if count.usd_a_call is None else spared * count.usd_a_call
        return Saving(count.calls, spared, usd)
