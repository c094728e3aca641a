"""Two samples as one table: which values (or bins) there are, and how often each sample has them.

Every univariate test here is a function of such a table, and a permutation of the rows between the windows is
a draw of another table with the same margins. So each test gets an exact p-value, at any size, from one step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """`current[k]` and `reference[k]` rows have the k-th value. `positions`: where it lies, ascending.

    `current` and `reference` may have leading axes: one table for each permutation.
    """

    current: Counts
    reference: Counts
    positions: Numbers

    @property
    def n(self) -> int:
        return int(self.current[..., :].sum(axis=-1).flat[0])

    @property
    def reference_n(self) -> int:
        return int(self.reference[..., :].sum(axis=-1).flat[0])

    def shares(self) -> tuple[Numbers, Numbers]:
        """(current, reference), each summing to 1."""
        return self.current / self.n, self.reference / self.reference_n


def count_numbers(current: Numbers, reference: Numbers) -> Counted:
    """One column a distinct number. Neither sample may be empty or hold NaN."""
    positions, places = np.unique(np.concatenate([current, reference]), return_inverse=True)
    size = len(positions)
    return Counted(
        np.bincount(places[: len(current)], minlength=size),
        np.bincount(places[len(current) :], minlength=size),
        positions,
    )


def count_categories(current: Sequence[str], reference: Sequence[str]) -> tuple[Counted, list[str]]:
    """The table and the name of each column, in alphabetical order; positions mean nothing."""
    now, before = Counter(current), Counter(reference)
    names = sorted(now.keys() | before.keys())
    counts = [np.array([found[name] for name in names], dtype=np.int64) for found in (now, before)]
    return Counted(counts[0], counts[1], np.arange(len(names), dtype=np.float64)), names


def at_edges(table: Counted, edges: Numbers) -> Counted:
    """Into the bins [edge, next edge); what lies outside goes into one more bin on its side."""
    places = np.searchsorted(edges, table.positions, side="right")
    last = edges[-1] == table.positions
    places[last] = len(edges) - 1  # as in numpy's histograms the last bin holds its right edge
    counts = [np.bincount(places, weights=c, minlength=len(edges) + 1) for c in (table.current, table.reference)]
    return Counted(counts[0].astype(np.int64), counts[1].astype(np.int64), np.arange(len(edges) + 1.0))


def at_quantiles(table: Counted, bins: int) -> Counted:
    """At most about `bins` columns of equal shares of both samples together; fewer distinct values stay apart."""
    if len(table.positions) <= bins:
        return table
    pooled = table.current + table.reference
    upto = np.cumsum(pooled) - pooled
    _, starts = np.unique(upto * bins // pooled.sum(), return_index=True)
    centres = np.add.reduceat(pooled * table.positions, starts) / np.add.reduceat(pooled, starts)
    return Counted(np.add.reduceat(table.current, starts), np.add.reduceat(table.reference, starts), centres)


def permuted(table: Counted, permutations: int, *, seed: int) -> Counted:
    """Tables as they come when rows are dealt to the windows by chance; a new leading axis.

    The smaller sample is drawn, so that swapping the windows gives the mirrored tables.
    """
    pooled, smaller = table.current + table.reference, min(table.n, table.reference_n)
    generator = np.random.default_rng(seed)
    drawn = generator.multivariate_hypergeometric(pooled, smaller, size=permutations, method="marginals")
    rest = pooled - drawn
    mine, other = (drawn, rest) if table.n == smaller else (rest, drawn)
    return Counted(mine, other, table.positions)
