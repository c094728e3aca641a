"""What sways a judge that should not: the answer's length, its place, its author. Each with a 95 % interval.

All three are measured against people where people's labels are there: a judge that prefers long answers because they
are better is not biased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanglass_evaluators.judge.calibration.estimate import Estimate, Numbers, Rows, bootstrapped, share_of

_LEAST = 10
_WON = {"first": 1.0, "tie": 0.5, "second": 0.0}


@dataclass(frozen=True, slots=True)
class PositionBias:
    """`first`: how much more than half of its clear verdicts go to what stands first. `consistent`: the share of
    pairs judged alike in both orders."""

    pairs: int
    first: Estimate | None
    consistent: Estimate


def length_bias(judge: Sequence[float], human: Sequence[float], length: Sequence[float]) -> Estimate | None:
    """Change of the judge's value with each doubling of the length, at the same human label (least squares).

    For pairs: values are 1, 0.5, 0 for the first answer and `length` is the ratio of the lengths. None where
    there are fewer than ten rows or the length does not vary.
    """
    y = np.asarray(judge, dtype=np.float64)
    h = np.asarray(human, dtype=np.float64)
    x = np.log2(np.maximum(np.asarray(length, dtype=np.float64), 1e-9))
    if len(y) < _LEAST or np.ptp(x) == 0:
        return None

    def slope(rows: Rows) -> Numbers:
        return _slope_beside(x[rows], h[rows], y[rows])

    value = float(slope(np.arange(len(y))[None, :])[0])
    return bootstrapped(value, slope, len(y)) if np.isfinite(value) else None


def _slope_beside(x: Numbers, h: Numbers, y: Numbers) -> Numbers:
    """The coefficient of x in y ~ 1 + x + h, by row; h that does not vary drops out."""
    x, h, y = (a - a.mean(axis=-1, keepdims=True) for a in (x, h, y))
    hh = (h * h).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(hh > 1e-12, (h * x).sum(axis=-1) / hh, 0.0)
        rest = x - share[..., None] * h
        spread = (rest * rest).sum(axis=-1)
        found: Numbers = np.where(spread > 1e-9, (rest * y).sum(axis=-1) / spread, np.nan)
    return found


def position_bias(orders: Sequence[tuple[str, str]]) -> PositionBias | None:
    """`orders`: the winner by place when the pair was shown straight and when swapped. None without pairs."""
    if not orders:
        return None
    firsts = np.array([[(o == "first") for o in pair] for pair in orders], dtype=np.float64).sum(axis=1)
    clear = np.array([[(o != "tie") for o in pair] for pair in orders], dtype=np.float64).sum(axis=1)
    alike = np.array([_WON[a] == 1 - _WON[b] for a, b in orders], dtype=np.float64)
    n = len(orders)

    def excess(rows: Rows) -> Numbers:
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Numbers = firsts[rows].sum(axis=-1) / clear[rows].sum(axis=-1) - 0.5
        return found

    first = bootstrapped(float(firsts.sum() / clear.sum() - 0.5), excess, n) if clear.sum() else None
    return PositionBias(n, first, share_of(float(alike.sum()), n))


def self_preference(judge: Sequence[float], human: Sequence[float], own: Sequence[bool]) -> Estimate | None:
    """How much more the judge gives answers of its own family than people do, beyond what it gives all others more.

    For pairs: the value of the answer that is named in `own`. None with fewer than ten answers of either kind.
    """
    gap = np.asarray(judge, dtype=np.float64) - np.asarray(human, dtype=np.float64)
    mine = np.asarray(own, dtype=np.float64)
    if min(mine.sum(), len(mine) - mine.sum()) < _LEAST:
        return None

    def difference(rows: Rows) -> Numbers:
        g, m = gap[rows], mine[rows]
        with np.errstate(invalid="ignore", divide="ignore"):
            of_own, of_others = (g * m).sum(axis=-1) / m.sum(axis=-1), (g * (1 - m)).sum(axis=-1) / (1 - m).sum(axis=-1)
        found: Numbers = of_own - of_others
        return found

    return bootstrapped(float(difference(np.arange(len(gap)))), difference, len(gap))
