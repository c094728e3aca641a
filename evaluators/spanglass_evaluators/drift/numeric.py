"""Numbers: the two-sample Kolmogorov-Smirnov test, and Wasserstein's distance in standard deviations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import ks_2samp, mannwhitneyu, wasserstein_distance

from spanglass_evaluators.statistics.comparison import Comparison

_ASYMPTOTIC_FROM = 30

Numbers = npt.NDArray[np.float64]


def compare_numbers(current: Numbers, reference: Numbers) -> Comparison:
    """Effect: Wasserstein-1 distance over the standard deviation of both samples together; 0.1 is small.

    The sign of Cliff's delta in the explanation says which way: above 0 the current values are the larger.
    """
    # The exact method gives up on some sizes, the asymptotic one on a handful of values.
    is_small = min(len(current), len(reference)) < _ASYMPTOTIC_FROM
    test = ks_2samp(current, reference, method="auto" if is_small else "asymp")
    deviation = float(np.concatenate([current, reference]).std())
    distance = float(wasserstein_distance(current, reference))
    median_before, median_now = float(np.median(reference)), float(np.median(current))
    delta = cliffs_delta(current, reference)
    return Comparison(
        method="ks",
        statistic=float(test.statistic),
        p_value=float(test.pvalue),
        effect=distance / deviation if deviation > 0 else 0.0,
        explanation=f"median {median_before:.4g} -> {median_now:.4g}, Cliff's delta {delta:+.3f}",
    )


def cliffs_delta(current: Numbers, reference: Numbers) -> float:
    """P(current > reference) - P(current < reference), in [-1, 1] (Cliff 1993), by ranks."""
    u = mannwhitneyu(current, reference, method="asymptotic").statistic
    return float(2 * u / (len(current) * len(reference)) - 1)
