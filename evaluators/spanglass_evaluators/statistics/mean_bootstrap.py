"""Two means of numbers with heavy tails (cost, latency): the same test, with a bootstrap interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap

from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.mean import compare_means, pooled_deviation

MOST_VALUES = 5_000
"""With more the mean is normal enough for Welch, and the bootstrap slow."""

_RESAMPLES = 2_000
_BATCH = 100

Numbers = npt.NDArray[np.float64]


def compare_means_by_bootstrap(values: Numbers, reference: Numbers, *, alpha: float = 0.05) -> Comparison:
    """As `compare_means`, the interval being the bias-corrected accelerated bootstrap's (Efron 1987), seeded."""
    found = compare_means(values, reference, alpha=alpha)
    deviation = pooled_deviation(values, reference)
    if len(values) + len(reference) > MOST_VALUES or np.ptp(values) == 0 or np.ptp(reference) == 0:
        return found
    interval = bootstrap(
        (np.sort(values), np.sort(reference)), _difference, n_resamples=_RESAMPLES, batch=_BATCH,
        confidence_level=1 - alpha, vectorized=True, rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    if not np.isfinite([interval.low, interval.high]).all():
        return found
    low, high = float(interval.low) / deviation, float(interval.high) / deviation
    return replace(found, method="welch, bootstrap interval", low=low, high=high)


def _difference(values: Numbers, reference: Numbers, axis: int = -1) -> Numbers:
    difference: Numbers = values.mean(axis=axis) - reference.mean(axis=axis)
    return difference
