"""Numbers: which test, its p-value, and how large the difference is."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.stats import ks_2samp, kstwo

from spanglass_evaluators.drift.counted import Counted, Numbers, at_edges, at_quantiles, count_numbers
from spanglass_evaluators.drift.distances import DISTANCES, cliffs_delta, wasserstein
from spanglass_evaluators.drift.permutation import permutation_p
from spanglass_evaluators.statistics.comparison import Comparison

NumericTest = Literal["auto", "ks", "anderson_darling", "wasserstein", "energy", "psi", "jensen_shannon"]

_KS_FROM_ROWS = 500
_KS_FROM_VALUES = 50
_ASYMPTOTIC_FROM = 30
_PERMUTED_BINS = 256
_PSI_BINS = 10
_MOST_EDGES = 101


def compare_numbers(
    current: Numbers,
    reference: Numbers,
    *,
    test: NumericTest = "auto",
    permutations: int = 999,
    seed: int = 0,
) -> Comparison:
    """Effect: PSI or Jensen-Shannon distance where that is the test; otherwise Wasserstein-1 in deviations.

    "auto" is Kolmogorov-Smirnov for 500 rows and more of 50 distinct values and more. Below, its p-value is too
    large (ties) or its power small, and it is Anderson-Darling with permutations. The sign of Cliff's delta
    in the explanation says which way: above 0 the current values are the larger.
    """
    table = count_numbers(current, reference)
    method = choose(table) if test == "auto" else test
    measured = _as_measured(table, method)
    statistic = float(DISTANCES[method](measured))
    if method == "ks":
        p_value = _ks_p(table, current, reference, statistic)
    else:
        binned = at_quantiles(measured, _PERMUTED_BINS)
        p_value = permutation_p(binned, DISTANCES[method], permutations=permutations, seed=seed)
    is_own_effect = method in ("psi", "jensen_shannon")
    return Comparison(
        method=method,
        statistic=statistic,
        p_value=p_value,
        effect=statistic if is_own_effect else in_deviations(table),
        explanation=f"median {_median(table.reference, table):.4g} -> {_median(table.current, table):.4g}, "
        f"Cliff's delta {cliffs_delta(table):+.3f}",
    )


def choose(table: Counted) -> Literal["ks", "anderson_darling"]:
    """By the size of the smaller window and the number of distinct values."""
    is_large = min(table.n, table.reference_n) >= _KS_FROM_ROWS and len(table.positions) >= _KS_FROM_VALUES
    return "ks" if is_large else "anderson_darling"


def in_deviations(table: Counted) -> float:
    """Wasserstein-1 over the standard deviation of both samples together; 0.1 is small. 0 for a constant."""
    scaled = _scaled(table)
    pooled = (table.current + table.reference) / (table.n + table.reference_n)
    mean = float(pooled @ scaled.positions)
    deviation = float(np.sqrt(pooled @ (scaled.positions - mean) ** 2))
    return float(wasserstein(scaled)) / deviation if deviation > 0 else 0.0


def _scaled(table: Counted) -> Counted:
    """Positions within [-1, 1]: the squares of the largest floats are none."""
    largest = float(np.abs(table.positions).max())
    return replace(table, positions=table.positions / largest) if largest > 0 else table


def _as_measured(table: Counted, method: str) -> Counted:
    """Bins of both samples together, blind to which is which: otherwise the permutations would not be fair."""
    if method == "psi":
        return at_quantiles(table, _PSI_BINS)
    if method == "jensen_shannon":
        scaled = _scaled(table)
        return _filled(at_edges(scaled, doane_edges(scaled.positions, table.current + table.reference)))
    return table


def doane_edges(positions: Numbers, counts: Numbers | np.ndarray[tuple[int], np.dtype[np.int64]]) -> Numbers:
    """Edges of equal width, as many as Doane (1976) takes for this much and this skewed data; at most 100 bins."""
    edges = np.histogram_bin_edges(np.repeat(positions, counts.astype(np.int64)), bins="doane")
    return edges if len(edges) <= _MOST_EDGES else np.linspace(edges[0], edges[-1], _MOST_EDGES)


def _filled(table: Counted) -> Counted:
    kept = table.current + table.reference > 0
    return Counted(table.current[kept], table.reference[kept], table.positions[kept])


def _ks_p(table: Counted, current: Numbers, reference: Numbers, statistic: float) -> float:
    n, m = table.n, table.reference_n
    if min(n, m) < _ASYMPTOTIC_FROM:
        return float(ks_2samp(current, reference, method="auto").pvalue)
    return float(np.clip(kstwo.sf(statistic, np.round(n * m / (n + m))), 0, 1))


def _median(counts: np.ndarray[tuple[int], np.dtype[np.int64]], table: Counted) -> float:
    upto = np.cumsum(counts)
    low, high = np.searchsorted(upto, [upto[-1] / 2, upto[-1] / 2 + 0.5])
    return float((table.positions[low] + table.positions[min(high, len(upto) - 1)]) / 2)
