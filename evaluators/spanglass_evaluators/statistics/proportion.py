"""Two proportions: chi-square or Fisher's exact test, and Newcombe's interval of the difference."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from spanglass_evaluators.statistics.comparison import Comparison

_LEAST_EXPECTED = 5


def compare_proportions(hits: int, n: int, reference_hits: int, reference_n: int, *, alpha: float = 0.05) -> Comparison:
    """Effect: the difference of the shares, ours minus the reference's. Both n must be positive.

    Interval: Newcombe (1998), method 10, hybrid score; it stays sensible at shares of 0 and 1.
    """
    low, high = confint_proportions_2indep(
        hits, n, reference_hits, reference_n, compare="diff", method="newcomb", alpha=alpha
    )
    share, reference_share = hits / n, reference_hits / reference_n
    method, statistic, p_value = _test(hits, n, reference_hits, reference_n)
    return Comparison(
        method=method,
        statistic=statistic,
        p_value=p_value,
        effect=share - reference_share,
        low=float(low),
        high=float(high),
        explanation=f"share {reference_share:.3f} -> {share:.3f}",
    )


def _test(hits: int, n: int, reference_hits: int, reference_n: int) -> tuple[str, float, float]:
    table = np.array([[hits, n - hits], [reference_hits, reference_n - reference_hits]])
    if not table.sum(axis=0).all():
        return "two_proportions", 0.0, 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() < _LEAST_EXPECTED:
        exact = fisher_exact(table)
        odds_ratio = float(exact.statistic)
        return "fisher_exact", odds_ratio, float(exact.pvalue)
    chi2 = chi2_contingency(table, correction=False)
    return "two_proportions", float(chi2.statistic), float(chi2.pvalue)
