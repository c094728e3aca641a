"""How far two raters agree: percent, Cohen's kappa (plain and weighted), correlation, with bootstrap intervals.

Kappa: Cohen (1960); weighted: Cohen (1968) with linear or quadratic weights. 0 is what chance gives, 1 perfect; it
is not defined (None) where chance agreement is certain, that is when both raters say one thing only.

Where they agree on everything no resample differs, and the bootstrap's interval would be 1 to 1 whatever the number of
items. The lower end is then kappa at the lower end of Wilson's interval of the agreement, every disagreement of the
gravest kind, chance agreement as observed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.calibration.estimate import (
    RESAMPLES,
    Estimate,
    Numbers,
    Rows,
    bootstrapped,
    correlation,
    percentiles,
    share_of,
)

_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `n` pairs. Weighted kappa is of ordered labels."""

    n: int
    percent: Estimate
    kappa: Estimate | None
    weighted_kappa: Estimate | None


@dataclass(frozen=True, slots=True)
class Correlations:
    """None where one side does not vary."""

    n: int
    pearson: Estimate | None
    spearman: Estimate | None


def agreement_of(first: Sequence[object], second: Sequence[object], levels: Sequence[object] = ()) -> Agreement:
    """Labels of two raters on the same items. `levels`: the labels in their order, for the weighted kappa.

    Raises ConfigurationError when there is nothing to compare or a label is no level.
    """
    table = confusion(first, second, levels)
    n = int(table.sum())
    tables = np.random.default_rng(_SEED).multinomial(n, table.ravel() / n, size=RESAMPLES).reshape(-1, *table.shape)
    return Agreement(
        n,
        share_of(float(np.trace(table)), n),
        _estimate(table, tables.astype(np.float64), "none"),
        _estimate(table, tables.astype(np.float64), "quadratic") if levels else None,
    )


def confusion(first: Sequence[object], second: Sequence[object], levels: Sequence[object] = ()) -> Numbers:
    """Counts by the first rater's label (rows) and the second's."""
    if not first or len(first) != len(second):
        raise ConfigurationError(
            f"two raters have {len(first)} and {len(second)} labels: agreement needs as many of each"
        )
    known = list(levels) or sorted({*first, *second}, key=str)
    place = {level: i for i, level in enumerate(known)}
    table = np.zeros((len(known), len(known)))
    for a, b in zip(first, second, strict=True):
        if a not in place or b not in place:
            raise ConfigurationError(f"label {a if a not in place else b!r} is none of {', '.join(map(str, known))}")
        table[place[a], place[b]] += 1
    return table


def kappa(table: Numbers, weights: str = "none") -> Numbers:
    """Of one table or a stack (last two axes); nan where not defined. `weights`: none, linear, quadratic."""
    penalty = _penalty(table.shape[-1], weights)
    n = table.sum(axis=(-2, -1))
    chance = table.sum(axis=-1)[..., :, None] * table.sum(axis=-2)[..., None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = (penalty * chance).sum(axis=(-2, -1)) / n
        found: Numbers = np.where(expected > 0, 1 - (penalty * table).sum(axis=(-2, -1)) / expected, np.nan)
    return found


def _penalty(size: int, weights: str) -> Numbers:
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    return {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]


def _estimate(table: Numbers, tables: Numbers, weights: str) -> Estimate | None:
    value = float(kappa(table, weights))
    if np.isnan(value):
        return None
    return (
        _of_all_alike(table, weights) if np.trace(table) == table.sum() else percentiles(value, kappa(tables, weights))
    )


def _of_all_alike(table: Numbers, weights: str) -> Estimate:
    n = int(table.sum())
    disagreement = 1 - (share_of(n, n).low or 0.0)
    penalty = _penalty(table.shape[-1], weights)
    shares = np.diag(table) / n
    by_chance = float((penalty * np.outer(shares, shares)).sum())
    return Estimate(1.0, 1 - disagreement * float(penalty.max()) / by_chance, 1.0)


def correlations_of(first: Sequence[float], second: Sequence[float]) -> Correlations:
    """Pearson and Spearman, the latter with ranks made anew in every resample."""
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Correlations(len(x), None, None)

    def pearson(rows: Rows) -> Numbers:
        return correlation(x[rows], y[rows])

    def spearman(rows: Rows) -> Numbers:
        return correlation(rankdata(x[rows], axis=-1), rankdata(y[rows], axis=-1))

    return Correlations(
        len(x),
        bootstrapped(float(correlation(x, y)), pearson, len(x)),
        bootstrapped(float(correlation(rankdata(x), rankdata(y))), spearman, len(x)),
    )
