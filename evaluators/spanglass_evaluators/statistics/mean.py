"""Two means: Welch's test, and the difference in pooled standard deviations with its interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import ttest_ind

from spanglass_evaluators.statistics.comparison import Comparison

# Below this share of the largest value a deviation is rounding, not variance.
_ROUNDING = 1e-10

Numbers = npt.NDArray[np.float64]


def compare_means(values: Numbers, reference: Numbers, *, alpha: float = 0.05) -> Comparison:
    """Effect: difference of the means over the pooled standard deviation (Cohen's d). Needs two values each.

    The interval is Welch's, divided by the same deviation; for means of skewed data it wants some 30 values
    each.
    """
    deviation = pooled_deviation(values, reference)
    difference = float(values.mean() - reference.mean())
    explanation = f"mean {reference.mean():.4g} -> {values.mean():.4g}"
    if deviation <= _ROUNDING * max(abs(values).max(), abs(reference).max()):
        return _of_constants(difference, explanation)
    test = ttest_ind(values, reference, equal_var=False)
    interval = test.confidence_interval(1 - alpha)
    return Comparison(
        method="welch",
        statistic=float(test.statistic),
        p_value=float(test.pvalue),
        effect=difference / deviation,
        low=float(interval.low) / deviation,
        high=float(interval.high) / deviation,
        explanation=explanation,
    )


def _of_constants(difference: float, explanation: str) -> Comparison:
    """Two samples that do not vary: the same, or as different as can be (one deviation, by agreement)."""
    if difference == 0:
        return Comparison("welch", 0.0, 1.0, 0.0, 0.0, 0.0, explanation)
    sign = 1.0 if difference > 0 else -1.0
    return Comparison("welch", sign, 0.0, sign, sign, sign, explanation + " (both constant)")


def pooled_deviation(values: Numbers, reference: Numbers) -> float:
    n, m = len(values), len(reference)
    pooled = ((n - 1) * values.var(ddof=1) + (m - 1) * reference.var(ddof=1)) / (n + m - 2)
    return float(np.sqrt(pooled))
