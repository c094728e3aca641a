"""How far two samples are apart, by seven yardsticks, each for one table or for many at once.

Notation: f and g are the shares of the current and the reference sample, F and G their cumulative sums.
All are symmetric in the samples and 0 when f = g.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.spatial.distance import jensenshannon

from spanglass_evaluators.drift.counted import Counted, Numbers

Distance = Callable[[Counted], Numbers]

_EMPTY = 0.5


def kolmogorov_smirnov(table: Counted) -> Numbers:
    """max |F - G|, in [0, 1]."""
    return np.asarray(np.abs(_gaps(table)).max(axis=-1))


def wasserstein(table: Counted) -> Numbers:
    """Wasserstein-1: the area between F and G, in the unit of the values."""
    return np.asarray(np.abs(_gaps(table)[..., :-1]) @ np.diff(table.positions))


def energy(table: Counted) -> Numbers:
    """Szekely and Rizzo's energy distance: the root of twice the integral of (F - G)^2."""
    return np.asarray(np.sqrt(2 * (_gaps(table)[..., :-1] ** 2 @ np.diff(table.positions))))


def anderson_darling(table: Counted) -> Numbers:
    """The two-sample statistic for discrete data, right-continuous (Scholz and Stephens 1987, equation 6).

    Like a sum of (F - G)^2, but differences in the tails weigh as much as those in the middle.
    """
    n, m = table.n, table.reference_n
    pooled = (table.current + table.reference).reshape(-1, len(table.positions))[0] / (n + m)
    below = np.cumsum(pooled)[:-1]
    weights = pooled[:-1] / (below * (1 - below))
    return np.asarray(n * m / (n + m) * (_gaps(table)[..., :-1] ** 2 @ weights))


def chi_square(table: Counted) -> Numbers:
    """Pearson's statistic of the 2 x K table; both samples count as samples."""
    n, m = table.n, table.reference_n
    pooled = table.current + table.reference
    expected, reference_expected = pooled * (n / (n + m)), pooled * (m / (n + m))
    return np.asarray(
        ((table.current - expected) ** 2 / expected).sum(axis=-1)
        + ((table.reference - reference_expected) ** 2 / reference_expected).sum(axis=-1)
    )


def jensen_shannon(table: Counted) -> Numbers:
    """The distance (root of the divergence) in base 2, in [0, 1]."""
    f, g = table.shares()
    return np.asarray(np.nan_to_num(jensenshannon(f, g, base=2, axis=-1)))  # rounding below 0 has no root


def population_stability(table: Counted) -> Numbers:
    """PSI: the sum of (f - g) ln(f / g). An empty cell counts as half a row, so that it stays finite."""
    f = np.maximum(table.current, _EMPTY) / table.n
    g = np.maximum(table.reference, _EMPTY) / table.reference_n
    return np.asarray(((f - g) * np.log(f / g)).sum(axis=-1))


def cliffs_delta(table: Counted) -> float:
    """P(current > reference) - P(current < reference), in [-1, 1] (Cliff 1993)."""
    f, g = table.shares()
    below, above = np.cumsum(g) - g, 1 - np.cumsum(g)
    return float(f @ below - f @ above)


def _gaps(table: Counted) -> Numbers:
    return np.asarray(
        np.cumsum(table.current, axis=-1) / table.n - np.cumsum(table.reference, axis=-1) / table.reference_n
    )


DISTANCES: Mapping[str, Distance] = {
    "ks": kolmogorov_smirnov,
    "anderson_darling": anderson_darling,
    "wasserstein": wasserstein,
    "energy": energy,
    "psi": population_stability,
    "jensen_shannon": jensen_shannon,
    "chi2": chi_square,
}
