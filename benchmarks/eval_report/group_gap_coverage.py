"""Intervals of gaps simulated: how often a nominal 95 % one holds the true gap; how often a false one is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators import Window
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig
from spanglass_evaluators.statistics.mean import compare_means, pooled_deviation
from spanglass_evaluators.statistics.mean_bootstrap import compare_means_by_bootstrap
from spanglass_evaluators.statistics.proportion import compare_proportions
from spanglass_evaluators.statistics.ratio import ratio_of_means, ratio_of_shares
from spanglass_evaluators.statistics.stratified import compare_within_strata

TITLE = "Intervals of gaps: how often they hold the true gap"

SIZES = (30, 100, 300, 1000)
SIMULATED = 2000
BOOTSTRAPPED = 300

Simulated = Callable[[np.random.Generator, int], bool]


def _newcombe(rate: float) -> Simulated:
    def holds(generator: np.random.Generator, n: int) -> bool:
        hits, other = generator.binomial(n, [rate, rate / 2])
        found = compare_proportions(int(hits), n, int(other), n)
        return bool((found.low or 0) <= rate / 2 <= (found.high or 0))

    return holds


def _ratio(rate: float) -> Simulated:
    def holds(generator: np.random.Generator, n: int) -> bool:
        hits, other = generator.binomial(n, [rate, rate / 2])
        found = ratio_of_shares(int(hits), n, int(other), n)
        return found.low is None or bool(found.low <= 2 <= (found.high or np.inf))

    return holds


def _within(rate: float) -> Simulated:
    """Three strata of different rates and mixes, one gap."""

    def holds(generator: np.random.Generator, n: int) -> bool:
        ours, theirs = np.array([0.6, 0.3, 0.1]) * n, np.array([0.2, 0.3, 0.5]) * n
        rates = np.array([rate, rate + 0.2, rate + 0.4])
        sizes = [np.maximum(1, side.astype(int)) for side in (ours, theirs)]
        hits = [generator.binomial(sizes[0], rates + 0.1), generator.binomial(sizes[1], rates)]
        found = compare_within_strata([tuple(map(int, row)) for row in zip(hits[0], sizes[0], hits[1], sizes[1])])  # type: ignore[misc]  # noqa: B905
        return bool((found.low or 0) <= 0.1 <= (found.high or 0))

    return holds


def _welch(generator: np.random.Generator, n: int) -> bool:
    return _means(compare_means, generator.normal(0.5, 1, n), generator.normal(0, 2, n), 0.5)


def _lognormal(compare: Callable[..., object]) -> Simulated:
    """Skewed as latency and cost are: sigma 1, the one group 30 % dearer."""
    mean = float(np.exp(0.5))

    def holds(generator: np.random.Generator, n: int) -> bool:
        return _means(compare, 1.3 * generator.lognormal(0, 1, n), generator.lognormal(0, 1, n), 0.3 * mean)

    return holds


def _means(compare: Callable[..., object], values: np.ndarray, reference: np.ndarray, gap: float) -> bool:  # type: ignore[type-arg]
    found = compare(values, reference)
    deviation = pooled_deviation(values, reference)
    return bool(found.low * deviation <= gap <= found.high * deviation)  # type: ignore[attr-defined]


def _ratio_of_means(generator: np.random.Generator, n: int) -> bool:
    found = ratio_of_means(1.3 * generator.lognormal(0, 1, n), generator.lognormal(0, 1, n))
    return bool((found.low or 0) <= 1.3 <= (found.high or 0))


SUBJECTS: dict[str, tuple[Simulated, int]] = {
    "difference of shares .3 and .15, Newcombe": (_newcombe(0.3), SIMULATED),
    "difference of shares .05 and .025, Newcombe": (_newcombe(0.05), SIMULATED),
    "ratio of shares .3 and .15, score": (_ratio(0.3), SIMULATED),
    "difference within three strata, Sato": (_within(0.2), SIMULATED),
    "difference of means, normal, Welch": (_welch, SIMULATED),
    "difference of means, lognormal, Welch": (_lognormal(compare_means), SIMULATED),
    "difference of means, lognormal, bootstrap": (_lognormal(compare_means_by_bootstrap), BOOTSTRAPPED),
    "ratio of means, lognormal, delta method": (_ratio_of_means, SIMULATED),
}


@lru_cache(maxsize=1)
def covered() -> dict[tuple[str, int], tuple[int, int]]:
    """(subject, values a group) -> how many intervals held the true gap, of how many."""
    found = {}
    for subject, (holds, runs) in SUBJECTS.items():
        for n in SIZES:
            generator = np.random.default_rng(n)
            found[subject, n] = (sum(holds(generator, n) for _ in range(runs)), runs)
    return found


def rows(data: Path) -> Iterator[Measured]:
    for (subject, n), (hits, runs) in covered().items():
        yield _share("intervals", f"simulated, {n} values a group", f"coverage: {subject}", hits, runs, wanted=0.95)
    yield from _false_gaps()


def _share(evaluator: str, data: str, metric: str, hits: int, runs: int, *, wanted: float) -> Measured:
    low, high = proportion_confint(hits, runs, method="wilson")
    return Measured(
        evaluator, data, metric, hits / runs, runs, float(low), float(high),
        reference=wanted, reference_is="nominal", headline="100 values" in data and "Newcombe" in metric,
    )  # fmt: skip


def _false_gaps() -> Iterator[Measured]:
    """Groups that are treated alike, no tolerance: the share of windows in which any gap is found."""
    for groups in (2, 4, 8):
        for correction in ("fdr_bh", "holm"):
            config = GroupGapConfig(
                "metadata.g", features=("share", "number"), strata=(), tolerated_share=0.0, tolerated_deviations=0.0,
                correction=correction,  # type: ignore[arg-type]
            )  # fmt: skip
            generator = np.random.default_rng(groups)
            hits = sum(_finds_any(GroupGap(config), generator, groups) for _ in range(400))
            yield _share(
                "group_gap", f"simulated, {groups} equal groups of 100", f"windows with a false gap, {correction}",
                hits, 400, wanted=0.05,
            )  # fmt: skip


def _finds_any(gap: GroupGap, generator: np.random.Generator, groups: int) -> bool:
    names = np.repeat([f"g{at}" for at in range(groups)], 100).tolist()
    columns = {
        "metadata.g": names,
        "share": generator.binomial(1, 0.3, len(names)).tolist(),
        "number": generator.lognormal(0, 1, len(names)).tolist(),
    }
    return any(judged.drifted for judged in gap.judge(None, Window(0, 1, columns, len(names))))


def pictures(data: Path, folder: Path) -> list[Path]:
    """Measured coverage against the nominal 95 %, by size of the groups."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 4), layout="constrained")
    axes = canvas.subplots()
    for subject in SUBJECTS:
        shares = [covered()[subject, n][0] / covered()[subject, n][1] for n in SIZES]
        axes.plot(SIZES, shares, "o-", markersize=4, linewidth=1.2, label=subject)
    axes.axhline(0.95, color="#444444", linewidth=1, linestyle="--")
    axes.set_xscale("log")
    axes.set_xticks(SIZES, [str(n) for n in SIZES])
    axes.set_xlabel("values in each group")
    axes.set_ylabel("intervals that hold the true gap")
    axes.set_ylim(0.85, 1.0)
    axes.grid(color="#dddddd", linewidth=0.6)
    canvas.legend(loc="outside right center", frameon=False, fontsize=7)
    file = folder / "group_gap_coverage.png"
    canvas.savefig(file, dpi=80)
    return [file]
