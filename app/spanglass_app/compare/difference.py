"""B minus A, on the same prompts, with an interval.

Pairs are resampled: BCa bootstrap, 95 %, of the mean difference (Efron and Tibshirani 1993, ch. 14), by scipy. A gap
between two groups is resampled within the groups. Fewer than `LEAST` pairs: no interval, and no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap

from spanglass_app.compare.measure import GAPS, METRICS, Column, Metric

LEAST = 10
_RESAMPLES = 2000
_ROUNDING = 1e-12
Numbers = npt.NDArray[np.float64]
Statistic = Callable[..., Numbers]


@dataclass(frozen=True, slots=True)
class Difference:
    """Means of A and B over the `n` prompts that both have a number for; `low`, `high` bound B - A at 95 %."""

    metric: Metric
    a: float
    b: float
    low: float | None
    high: float | None
    n: int

    @property
    def change(self) -> float:
        return self.b - self.a

    @property
    def verdict(self) -> str:
        """'better' or 'worse' where the interval excludes 0; 'more' or 'less' where neither is good."""
        if self.low is None or self.high is None:
            return "too few"
        if self.low <= 0 <= self.high:
            return "no difference seen"
        rises = self.low > 0
        if self.metric.better == 0:
            return "more" if rises else "less"
        return "better" if rises == (self.metric.better > 0) else "worse"


def differences(a: Mapping[str, Column], b: Mapping[str, Column], *, seed: int = 0) -> list[Difference]:
    """One a metric that both variants have numbers for."""
    pairs = ((metric, *_pairs(a[metric.name], b[metric.name])) for metric in METRICS)
    return [_difference(metric, first, second, seed) for metric, first, second in pairs if len(first)]


def gap_differences(
    a: Mapping[str, Column], b: Mapping[str, Column], groups: Sequence[str], *, seed: int = 0
) -> list[Difference]:
    """For every pair of groups: how the gap between them (first minus second) changed from A to B."""
    names = sorted({group for group in groups if group})
    metrics = [metric for metric in METRICS if metric.name in GAPS]
    found = (
        _gap(metric, a[metric.name], b[metric.name], groups, pair, seed)
        for metric in metrics
        for pair in combinations(names, 2)
    )
    return [difference for difference in found if difference is not None]


def _pairs(a: Column, b: Column) -> tuple[Numbers, Numbers]:
    both = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    first, second = zip(*both, strict=True) if both else ((), ())
    return np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)


def _difference(metric: Metric, a: Numbers, b: Numbers, seed: int) -> Difference:
    low, high = _interval((b - a,), np.mean, seed)
    return Difference(metric, float(a.mean()), float(b.mean()), low, high, len(a))


def _gap(
    metric: Metric, a: Column, b: Column, groups: Sequence[str], pair: tuple[str, str], seed: int
) -> Difference | None:
    parts = []
    for name in pair:
        chosen = [group == name for group in groups]
        parts.append(_pairs(*([v for v, keep in zip(column, chosen, strict=True) if keep] for column in (a, b))))
    (a1, b1), (a2, b2) = parts
    if not len(a1) or not len(a2):
        return None
    gaps = float(a1.mean() - a2.mean()), float(b1.mean() - b2.mean())

    def change(x: Numbers, y: Numbers, axis: int = -1) -> Numbers:
        return np.asarray(x.mean(axis=axis) - y.mean(axis=axis))

    low, high = _interval((b1 - a1, b2 - a2), change, seed)
    named = Metric(f"{metric.name}, {pair[0]} minus {pair[1]}", metric.unit, 0)
    return Difference(named, *gaps, low, high, min(len(a1), len(a2)))


def _interval(samples: tuple[Numbers, ...], statistic: Statistic, seed: int) -> tuple[float | None, float | None]:
    if min(map(len, samples)) < LEAST:
        return None, None
    if all(np.ptp(sample) <= _ROUNDING * np.abs(sample).max() for sample in samples):
        constant = float(statistic(*samples))
        return constant, constant
    found = bootstrap(samples, statistic, n_resamples=_RESAMPLES, rng=np.random.default_rng(seed))
    low, high = float(found.confidence_interval.low), float(found.confidence_interval.high)
    return (None, None) if np.isnan([low, high]).any() else (low, high)
