"""How far scores move when a text speaks of another group: flips of the verdict and the mean gap, with intervals. Pure.

A gap is the score of the text that speaks of `second` less that of `first`, whichever of the two was the original; the
groups stand in alphabetical order, so that swapping them turns the sign. Swaps of one text are one cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import ttest_1samp
from statsmodels.stats.proportion import proportion_confint

from spanglass_evaluators.bias.swap import Swapped
from spanglass_evaluators.statistics.cluster_bootstrap import Numbers, cluster_interval, sums_by_cluster
from spanglass_evaluators.statistics.multiplicity import adjust


@dataclass(frozen=True, slots=True)
class Scored:
    """A swap of text number `text` and what the evaluator said before and after. None: it could not tell."""

    text: int
    swapped: Swapped
    before: float | None
    after: float | None
    flipped: bool = False


@dataclass(frozen=True, slots=True)
class Flips:
    """Of `texts` that name a group of the axis, the share whose verdict some swap turns; Wilson's interval."""

    axis: str
    texts: int
    swaps: int
    flipped: int
    share: float
    low: float
    high: float
    largest: float
    mean_absolute: float


@dataclass(frozen=True, slots=True)
class PairGap:
    """The mean gap between two groups. Interval and p are None with fewer than `min_texts` texts."""

    axis: str
    first: str
    second: str
    texts: int
    swaps: int
    gap: float
    low: float | None
    high: float | None
    statistic: float | None
    p_value: float | None
    adjusted_p_value: float | None
    flipped: int


def flips(scored: Sequence[Scored], *, alpha: float = 0.05) -> list[Flips]:
    """One for every axis, sorted; swaps with an unknown score are left out."""
    known = _known(scored)
    return [_flips(axis, [s for s in known if s.swapped.axis == axis], alpha) for axis in _axes(known)]


def pair_gaps(scored: Sequence[Scored], *, alpha: float = 0.05, min_texts: int = 20) -> list[PairGap]:
    """One for every pair of groups that a swap exists between, sorted; p-values by Benjamini-Hochberg over all.

    A text that names both groups counts for flips, not here: its score belongs to neither.
    """
    parts: dict[tuple[str, str, str], list[Scored]] = {}
    for one in _known(scored):
        if not one.swapped.both:
            first, second = sorted((one.swapped.first, one.swapped.second))
            parts.setdefault((one.swapped.axis, first, second), []).append(one)
    found = [_pair_gap(*key, parts[key], alpha, min_texts) for key in sorted(parts)]
    adjusted = adjust([f.p_value for f in found], "fdr_bh")
    return [replace(f, adjusted_p_value=p) for f, p in zip(found, adjusted, strict=True)]


def _known(scored: Sequence[Scored]) -> list[Scored]:
    return [one for one in scored if one.before is not None and one.after is not None]


def _axes(scored: Sequence[Scored]) -> list[str]:
    return sorted({one.swapped.axis for one in scored})


def _flips(axis: str, scored: Sequence[Scored], alpha: float) -> Flips:
    texts = {one.text for one in scored}
    turned = {one.text for one in scored if one.flipped}
    low, high = proportion_confint(len(turned), len(texts), alpha=alpha, method="wilson")
    moved = [abs(_difference(one)) for one in scored]
    return Flips(
        axis, len(texts), len(scored), len(turned), len(turned) / len(texts),
        float(low), float(high), max(moved), float(np.mean(moved)),
    )  # fmt: skip


def _pair_gap(axis: str, first: str, second: str, scored: list[Scored], alpha: float, min_texts: int) -> PairGap:
    gaps = [_difference(one) if one.swapped.first == first else -_difference(one) for one in scored]
    sums = sums_by_cluster([gaps, [1.0] * len(gaps)], [one.text for one in scored])
    total, count = sums.sum(axis=0)
    low = high = statistic = p_value = None
    if len(sums) >= min_texts:
        low, high = cluster_interval(sums, _mean, alpha=alpha) or (None, None)
        statistic, p_value = _test(sums[:, 0] / sums[:, 1])
    flipped = len({one.text for one in scored if one.flipped})
    return PairGap(
        axis, first, second, len(sums), len(gaps), float(total / count), low, high, statistic, p_value, None, flipped
    )


def _mean(sums: Numbers) -> Numbers:
    mean: Numbers = sums[:, 0] / sums[:, 1]
    return mean


def _test(means: Numbers) -> tuple[float, float]:
    """A t-test of the texts' mean gaps against none; constant gaps are no gap at all, or one beyond doubt."""
    if np.ptp(means) <= 1e-12 * max(1.0, float(np.abs(means).max())):
        is_zero = bool(np.allclose(means, 0))
        return (0.0, 1.0) if is_zero else (float(np.sign(means[0])), 0.0)
    test = ttest_1samp(means, 0.0)
    return float(test.statistic), float(test.pvalue)


def _difference(one: Scored) -> float:
    assert one.before is not None
    assert one.after is not None
    return one.after - one.before
