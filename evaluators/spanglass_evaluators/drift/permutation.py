"""Exact p-values: how often chance alone puts the windows as far apart."""

from __future__ import annotations

import numpy as np

from spanglass_evaluators.drift.counted import Counted, permuted
from spanglass_evaluators.drift.distances import Distance

# Two orders of the same sum differ by rounding; such a permutation is as far apart as the data, not nearer.
_ROUNDING = 1e-9


def permutation_p(table: Counted, distance: Distance, *, permutations: int, seed: int) -> float:
    """(1 + permutations at least as far apart) / (1 + permutations) (Phipson and Smyth 2010)."""
    observed = float(distance(table))
    by_chance = distance(permuted(table, permutations, seed=seed))
    at_least = int((by_chance >= observed - _ROUNDING * max(1.0, abs(observed))).sum())
    return (1 + at_least) / (1 + permutations)


def chance_level(table: Counted, distance: Distance, *, permutations: int, seed: int) -> float:
    """The mean distance of windows that do not differ: no distance is 0 in samples."""
    return float(np.mean(distance(permuted(table, permutations, seed=seed))))
