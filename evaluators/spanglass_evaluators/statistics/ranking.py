"""How well scores tell two groups apart: the area under the ROC curve, its interval, and a test of one half."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import mannwhitneyu, norm, rankdata

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Auc:
    """P(a score of the first group > one of the second), ties counting half; interval and two-sided p of 1/2."""

    value: float
    low: float
    high: float
    p_value: float


def auc_of(first: Numbers, second: Numbers, *, alpha: float = 0.05) -> Auc:
    """The interval is DeLong's (1988). Needs two scores a group."""
    n, m = len(first), len(second)
    ranks = rankdata(np.concatenate([first, second]))
    above = (ranks[:n] - rankdata(first)) / m
    below = 1 - (ranks[n:] - rankdata(second)) / n
    value = float(above.mean())
    error = float(np.sqrt(above.var(ddof=1) / n + below.var(ddof=1) / m))
    margin = float(norm.ppf(1 - alpha / 2)) * error
    test = mannwhitneyu(first, second, method="asymptotic") if np.ptp(ranks) > 0 else None
    p_value = float(test.pvalue) if test is not None else 1.0
    return Auc(value, max(0.0, value - margin), min(1.0, value + margin), p_value)
