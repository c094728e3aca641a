"""Several judges' verdicts as one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

JOINS = ("mean", "median", "majority")


@dataclass(frozen=True, slots=True)
class Joined:
    """`value` None: they could not agree. `spread`: the largest distance between two of them."""

    value: float | None
    spread: float


def join_values(values: Sequence[float], join: str, most_spread: float) -> Joined:
    """Values in [0, 1]; at least one. `majority` wants one value said by more than half."""
    spread = max(values) - min(values)
    if spread > most_spread:
        return Joined(None, spread)
    if join == "majority":
        value, said = Counter(values).most_common(1)[0]
        return Joined(value if said * 2 > len(values) else None, spread)
    return Joined(median(values) if join == "median" else fmean(values), spread)


SWAPPED = {"first": "second", "second": "first", "tie": "tie"}


def join_orders(straight: str, swapped: str, disagreement: str) -> str:
    """Winners by place for (answer, other) and (other, answer) -> first, second, tie or `disagreement`."""
    return straight if straight == SWAPPED[swapped] else disagreement


def join_winners(winners: Sequence[str]) -> str:
    """What more than half of the judges say; else undecided."""
    winner, said = Counter(winners).most_common(1)[0]
    return winner if said * 2 > len(winners) else "undecided"
