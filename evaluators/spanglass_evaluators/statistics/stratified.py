"""Two shares compared within strata: does the difference remain when the mix is held fixed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm

from spanglass_evaluators.statistics.comparison import Comparison

Numbers = npt.NDArray[np.float64]


def compare_within_strata(tables: Sequence[tuple[int, int, int, int]], *, alpha: float = 0.05) -> Comparison:
    """Each table: hits, n, reference hits, reference n of one stratum. Effect: the difference of shares.

    p: Cochran-Mantel-Haenszel without continuity correction. Effect: Mantel and Haenszel's weighted mean of the
    differences, with the interval of Sato (1989). Strata that only one window has cannot be compared; p is 1
    where none can.
    """
    x1, n1, x0, n0 = (column for column in np.array(tables, dtype=np.float64).reshape(-1, 4).T)
    both = (n1 > 0) & (n0 > 0)
    x1, n1, x0, n0 = x1[both], n1[both], x0[both], n0[both]
    n = n1 + n0
    statistic, p_value = _cochran_mantel_haenszel(x1, n1, x0, n)
    weights = n1 * n0 / n
    if not len(n):
        return Comparison("cmh", 0.0, 1.0, 0.0, explanation="no stratum is in both windows")
    gaps = x1 / n1 - x0 / n0
    effect = float(gaps @ weights / weights.sum())
    margin = float(norm.ppf(1 - alpha / 2)) * float(np.sqrt(max(0.0, _sato(effect, x1, n1, x0, n0))) / weights.sum())
    explanation = f"within {len(n)} strata, which hold {int(n.sum())} rows"
    return Comparison("cmh", statistic, p_value, effect, effect - margin, effect + margin, explanation)


def _cochran_mantel_haenszel(x1: Numbers, n1: Numbers, x0: Numbers, n: Numbers) -> tuple[float, float]:
    hits = x1 + x0
    kept = n > 1
    hits, n1, x1, n = hits[kept], n1[kept], x1[kept], n[kept]
    variance = float((n1 * (n - n1) * hits * (n - hits) / (n**2 * (n - 1))).sum())
    if variance == 0:
        return 0.0, 1.0
    statistic = float((x1 - n1 * hits / n).sum() ** 2 / variance)
    return statistic, float(chi2.sf(statistic, 1))


def _sato(effect: float, x1: Numbers, n1: Numbers, x0: Numbers, n0: Numbers) -> float:
    """The variance of the weighted sum; holds for few large strata and for many small ones."""
    n = n1 + n0
    p = (n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2
    q = (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)
    return float(effect * p.sum() + q.sum())


def compare_means_within_strata(
    strata: Sequence[tuple[Numbers, Numbers]], *, deviation: float, alpha: float = 0.05
) -> Comparison:
    """Each stratum: our values and the reference's. Effect: the difference of means, in units of `deviation`.

    Mantel and Haenszel's weights (n1 n0 / n); the variance is that of the weighted sum, by each group's own
    variance in each stratum. Strata with fewer than two values on a side are left out; p is 1 where none is left.
    """
    kept = [(ours, theirs) for ours, theirs in strata if len(ours) > 1 and len(theirs) > 1]
    if not kept or deviation <= 0:
        return Comparison("stratified_means", 0.0, 1.0, 0.0, explanation="no stratum has two values of both")
    weights = np.array([len(a) * len(b) / (len(a) + len(b)) for a, b in kept])
    weights /= weights.sum()
    gap = float(weights @ [a.mean() - b.mean() for a, b in kept])
    variance = float(weights**2 @ [a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b) for a, b in kept])
    explanation = f"within {len(kept)} strata, which hold {sum(len(a) + len(b) for a, b in kept)} rows"
    if variance == 0:
        return Comparison("stratified_means", 0.0, float(gap == 0), gap / deviation, explanation=explanation)
    z = gap / float(np.sqrt(variance))
    margin = float(norm.ppf(1 - alpha / 2)) * float(np.sqrt(variance))
    return Comparison(
        "stratified_means", z, float(2 * norm.sf(abs(z))), gap / deviation,
        (gap - margin) / deviation, (gap + margin) / deviation, explanation,
    )  # fmt: skip
