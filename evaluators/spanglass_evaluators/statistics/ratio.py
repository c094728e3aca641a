"""Two shares or two means as a ratio, with its interval; 1 is alike. (Employment law's four-fifths rule.)"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratio:
    """`value` None: the reference is zero, or a mean is not positive."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def ratio_of_shares(hits: int, n: int, reference_hits: int, reference_n: int, *, alpha: float = 0.05) -> Ratio:
    """Interval: Koopman's score interval (1984), good at few hits; Walter's where all are hits. Both n positive."""
    if reference_hits == 0 or hits == 0:
        return Ratio(0.0) if reference_hits else Ratio()
    everybody = hits == n or reference_hits == reference_n  # where the score interval has no real solution
    low, high = confint_proportions_2indep(
        hits, n, reference_hits, reference_n, compare="ratio", method="log-adjusted" if everybody else "score",
        correction=False, alpha=alpha,
    )  # fmt: skip
    return Ratio(hits / n / (reference_hits / reference_n), float(low), float(high))


def ratio_of_means(values: Numbers, reference: Numbers, *, alpha: float = 0.05) -> Ratio:
    """Interval by the delta method on the logarithm; for skewed numbers it wants some hundred values each."""
    ours, theirs = float(values.mean()), float(reference.mean())
    if ours <= 0 or theirs <= 0:
        return Ratio()
    variance = values.var(ddof=1) / len(values) / ours**2 + reference.var(ddof=1) / len(reference) / theirs**2
    margin = float(norm.ppf(1 - alpha / 2) * np.sqrt(variance))
    ratio = ours / theirs
    return Ratio(ratio, ratio * float(np.exp(-margin)), ratio * float(np.exp(margin)))
