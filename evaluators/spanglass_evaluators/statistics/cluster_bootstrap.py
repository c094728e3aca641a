"""Intervals of a statistic of sums when rows come in clusters that resemble each other (templates, people, texts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_AT_ONCE = 2_000_000


def sums_by_cluster(columns: Sequence[Sequence[float]], clusters: Sequence[object]) -> Numbers:
    """(clusters x columns): what each cluster adds to the sums. Sorted by name, so row order does not matter."""
    names = {name: at for at, name in enumerate(sorted(set(map(str, clusters))))}
    at = np.array([names[str(name)] for name in clusters], np.intp)
    return np.stack([np.bincount(at, np.asarray(c, np.float64), len(names)) for c in columns], axis=1)


def cluster_interval(
    sums: Numbers,
    statistic: Callable[[Numbers], Numbers],
    *,
    alpha: float = 0.05,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Percentile interval of `statistic`, which maps (resamples x columns) of sums to one number each.

    Whole clusters are drawn with replacement. None with fewer than two clusters, or when no resample has a value.
    With few clusters (below some twenty) percentile intervals are a little too narrow.
    """
    if len(sums) < 2:
        return None
    found = statistic(_resampled(sums, resamples, np.random.default_rng(seed)))
    found = found[np.isfinite(found)]
    if not len(found):
        return None
    low, high = np.quantile(found, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def _resampled(sums: Numbers, resamples: int, generator: np.random.Generator) -> Numbers:
    """A multinomial count of each cluster times its sums; in slices, so that memory stays bounded."""
    clusters = len(sums)
    step = max(1, _AT_ONCE // clusters)
    even = np.full(clusters, 1 / clusters)
    parts = [
        generator.multinomial(clusters, even, size=min(step, resamples - done)) @ sums
        for done in range(0, resamples, step)
    ]
    return np.concatenate(parts)
