"""What a yes-or-no outcome did to each group: Fairlearn's group metrics from counts, and permutation tests. Pure.

The counts hold all that these metrics need, so a hundred thousand rows cost what a hundred do, and so does a
permutation: how many of each group are selected when groups are dealt out at random is hypergeometric.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """One number a group in each: rows that are selected or not, by whether they should be."""

    true_positives: Counts
    false_negatives: Counts
    false_positives: Counts
    true_negatives: Counts

    @property
    def positives(self) -> Counts:
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> Counts:
        return self.false_positives + self.true_negatives


@dataclass(frozen=True, slots=True)
class GroupMetric:
    """A metric over all groups: `difference` largest less smallest, `ratio` smallest over largest.

    `p_value`: the share of random deals of the groups with as large a difference. None: a group has no row to tell.
    """

    name: str
    difference: float
    ratio: float | None
    p_value: float


def counted(groups: npt.NDArray[np.intp], selected: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_]) -> Confusion:
    """Rows with group numbers from 0 on."""
    size = int(groups.max(initial=-1)) + 1

    def of(rows: npt.NDArray[np.bool_]) -> Counts:
        return np.bincount(groups[rows], minlength=size).astype(np.int64)

    return Confusion(of(selected & wanted), of(~selected & wanted), of(selected & ~wanted), of(~selected & ~wanted))


def demographic_parity(selected: Counts, n: Counts, *, permutations: int, seed: int = 0) -> GroupMetric:
    """Selection rates alike, whoever should be selected."""
    generator = np.random.default_rng(seed)
    dealt = _dealt(generator, n, int(selected.sum()), permutations)
    rates = selected / n
    return GroupMetric(
        "demographic_parity", _spread(rates), _least_ratio(rates), _p(_spread(rates), _spreads(dealt / n))
    )


def equalized_odds(found: Confusion, *, permutations: int, seed: int = 0) -> GroupMetric | None:
    """True and false positive rates alike: the larger of the two differences, the smaller of the two ratios.

    Groups are dealt out anew among the rows that should be selected, and among those that should not. None when a
    group has none of either.
    """
    if not (found.positives.all() and found.negatives.all()):
        return None
    sides = ((found.true_positives, found.positives), (found.false_positives, found.negatives))
    generator = np.random.default_rng(seed)
    rates = [hits / n for hits, n in sides]
    dealt = [_spreads(_dealt(generator, n, int(hits.sum()), permutations) / n) for hits, n in sides]
    difference = max(map(_spread, rates))
    ratios = [ratio for ratio in map(_least_ratio, rates) if ratio is not None]
    return GroupMetric(
        "equalized_odds", difference, min(ratios, default=None), _p(difference, np.maximum(dealt[0], dealt[1]))
    )


def equal_opportunity(found: Confusion, *, permutations: int, seed: int = 0) -> GroupMetric | None:
    """True positive rates alike. None when a group has nobody who should be selected."""
    return _one_rate("equal_opportunity", found.true_positives, found.positives, permutations, seed)


def predictive_equality(found: Confusion, *, permutations: int, seed: int = 0) -> GroupMetric | None:
    """False positive rates alike. None when a group has nobody who should not be selected."""
    return _one_rate("predictive_equality", found.false_positives, found.negatives, permutations, seed)


def _one_rate(name: str, hits: Counts, n: Counts, permutations: int, seed: int) -> GroupMetric | None:
    if not n.all():
        return None
    alike = demographic_parity(hits, n, permutations=permutations, seed=seed)
    return GroupMetric(name, alike.difference, alike.ratio, alike.p_value)


Metric = Callable[..., GroupMetric | None]
OF_LABELLED: tuple[Metric, ...] = (equal_opportunity, predictive_equality, equalized_odds)


def _dealt(generator: np.random.Generator, n: Counts, selected: int, size: int) -> Numbers:
    """(size x groups): how many of each group are selected by chance."""
    return generator.multivariate_hypergeometric(n, selected, size=size, method="marginals").astype(np.float64)


def _spread(rates: Numbers) -> float:
    return float(rates.max() - rates.min())


def _spreads(rates: Numbers) -> Numbers:
    spreads: Numbers = rates.max(axis=1) - rates.min(axis=1)
    return spreads


def _least_ratio(rates: Numbers) -> float | None:
    """None where nobody is selected at all."""
    return float(rates.min() / rates.max()) if rates.max() > 0 else None


def _p(found: float, by_chance: Numbers) -> float:
    """With the found one among those by chance, so that it is never 0."""
    return float(((by_chance >= found - 1e-12).sum() + 1) / (len(by_chance) + 1))
