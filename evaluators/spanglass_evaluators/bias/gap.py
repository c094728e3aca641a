"""One gap between two groups: the difference, the ratio, and the difference within strata. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.mean import compare_means, pooled_deviation
from spanglass_evaluators.statistics.mean_bootstrap import compare_means_by_bootstrap
from spanglass_evaluators.statistics.proportion import compare_proportions
from spanglass_evaluators.statistics.ratio import Ratio, ratio_of_means, ratio_of_shares
from spanglass_evaluators.statistics.stratified import compare_means_within_strata, compare_within_strata

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A group's known values, in all and by stratum."""

    name: str
    values: Numbers
    strata: Mapping[int, Numbers]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two groups and the feature whose gap is asked for. Shares: the values are zeros and ones."""

    feature: str
    ours: Group
    theirs: Group

    @property
    def are_shares(self) -> bool:
        return all(bool(((g.values == 0) | (g.values == 1)).all()) for g in (self.ours, self.theirs))


def difference(pair: Pair, *, alpha: float, by_bootstrap: bool = False) -> Comparison:
    """Of shares, or of means in standard deviations; ours minus theirs."""
    ours, theirs = pair.ours.values, pair.theirs.values
    if pair.are_shares:
        return compare_proportions(*_counts(ours), *_counts(theirs), alpha=alpha)
    compare = compare_means_by_bootstrap if by_bootstrap else compare_means
    return compare(ours, theirs, alpha=alpha)


def ratio(pair: Pair, *, alpha: float) -> Ratio:
    """Ours over theirs."""
    ours, theirs = pair.ours.values, pair.theirs.values
    if pair.are_shares:
        return ratio_of_shares(*_counts(ours), *_counts(theirs), alpha=alpha)
    return ratio_of_means(ours, theirs, alpha=alpha)


def difference_within_strata(pair: Pair, *, alpha: float) -> Comparison | None:
    """The difference with the mix of strata held fixed; None when fewer than two strata hold both groups."""
    shared = sorted(pair.ours.strata.keys() & pair.theirs.strata.keys())
    if len(shared) < 2:
        return None
    sides = [(pair.ours.strata[stratum], pair.theirs.strata[stratum]) for stratum in shared]
    if pair.are_shares:
        return compare_within_strata([(*_counts(a), *_counts(b)) for a, b in sides], alpha=alpha)
    deviation = pooled_deviation(pair.ours.values, pair.theirs.values)
    return compare_means_within_strata(sides, deviation=deviation, alpha=alpha)


def _counts(values: Numbers) -> tuple[int, int]:
    return int(values.sum()), len(values)
