"""Categories: the two-sample chi-square test, and Cramér's V.

The reference is a sample too: a one-sample test that takes its shares for exact raises false alarms 43 % of
the time at a nominal 5 % (measured with 8 categories and 1000 rows).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency

from spanglass_evaluators.statistics.comparison import Comparison

_LEAST_EXPECTED = 5
_NAMED = 3


def compare_categories(current: Sequence[str], reference: Sequence[str]) -> Comparison:
    """Effect: Cramér's V of the 2 x K table, in [0, 1]; 0.1 is small. Neither sample may be empty.

    Categories too rare for the chi-square approximation are counted together.
    """
    table, names = _table(current, reference)
    pooled = pool_rare(table)
    explanation = _largest_moves(table, names)
    if pooled.shape[1] < 2:
        return Comparison("chi2", 0.0, 1.0, 0.0, explanation=explanation)
    test = chi2_contingency(pooled, correction=False)
    shares = table / table.sum(axis=1, keepdims=True)
    distance = float(jensenshannon(shares[0], shares[1], base=2))
    return Comparison(
        method="chi2",
        statistic=float(test.statistic),
        p_value=float(test.pvalue),
        effect=float(np.sqrt(test.statistic / pooled.sum())),
        explanation=f"Jensen-Shannon distance {distance:.3f}; {explanation}",
    )


def pool_rare(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The 2 x K table with the columns whose expected count is below 5 in a row summed into one."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    rare = expected.min(axis=0) < _LEAST_EXPECTED
    if not rare.any():
        return table
    together = table[:, rare].sum(axis=1, keepdims=True)
    kept = np.hstack([table[:, ~rare], together])
    smallest_expected = kept[:, -1].sum() * kept.sum(axis=1).min() / kept.sum()
    if kept.shape[1] > 1 and smallest_expected < _LEAST_EXPECTED:
        # Even together they are too few: they join the least frequent category that is left.
        least = int(kept[:, :-1].sum(axis=0).argmin())
        kept[:, least] += kept[:, -1]
        kept = kept[:, :-1]
    return kept


def _table(current: Sequence[str], reference: Sequence[str]) -> tuple[npt.NDArray[np.float64], list[str]]:
    now, before = Counter(current), Counter(reference)
    names = sorted(now.keys() | before.keys())
    return np.array([[now[name] for name in names], [before[name] for name in names]], dtype=np.float64), names


def _largest_moves(table: npt.NDArray[np.float64], names: list[str]) -> str:
    shares = table / table.sum(axis=1, keepdims=True)
    order = np.argsort(-np.abs(shares[0] - shares[1]), kind="stable")[:_NAMED]
    return ", ".join(f"{names[i][:40]!r} {shares[1, i]:.3f} -> {shares[0, i]:.3f}" for i in order)
