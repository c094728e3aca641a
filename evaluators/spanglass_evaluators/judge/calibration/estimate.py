"""A number with its 95 % interval, and the bootstrap that gives one. Seeded: the same data give the same interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from statsmodels.stats.proportion import proportion_confint

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

RESAMPLES = 2000
_AT_ONCE = 4_000_000
_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` are None where no interval can be given."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        shown = f"{self.value:.3f}"
        return shown if self.low is None or self.high is None else f"{shown} ({self.low:.3f} to {self.high:.3f})"


def bootstrapped(value: float, statistic: Callable[[Rows], Numbers], n: int, *, alpha: float = 0.05) -> Estimate:
    """Percentile interval over resampled rows. `statistic` takes rows (resamples, n) and gives one number each.

    Resamples in which the statistic is not defined (nan) are left out; without any there is no interval.
    """
    rng = np.random.default_rng(_SEED)
    step = max(1, _AT_ONCE // max(n, 1))
    parts = [
        statistic(rng.integers(0, n, size=(min(step, RESAMPLES - begun), n))) for begun in range(0, RESAMPLES, step)
    ]
    return percentiles(value, np.concatenate(parts), alpha=alpha)


def share_of(hits: float, n: int, *, alpha: float = 0.05) -> Estimate:
    """A share with Wilson's interval (1927): all of ten is not certainly all, which resampling would say."""
    low, high = proportion_confint(hits, n, alpha=alpha, method="wilson")
    return Estimate(hits / n, float(low), float(high))


def percentiles(value: float, resampled: Numbers, *, alpha: float = 0.05) -> Estimate:
    defined = resampled[np.isfinite(resampled)]
    if not len(defined):
        return Estimate(value)
    low, high = np.quantile(defined, [alpha / 2, 1 - alpha / 2])
    return Estimate(value, float(low), float(high))


def correlation(x: Numbers, y: Numbers) -> Numbers:
    """Pearson's r along the last axis; nan where one does not vary."""
    dx = x - x.mean(axis=-1, keepdims=True)
    dy = y - y.mean(axis=-1, keepdims=True)
    scale = np.sqrt((dx**2).sum(axis=-1) * (dy**2).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Numbers = np.where(scale > 1e-12, (dx * dy).sum(axis=-1) / scale, np.nan)
    return found
