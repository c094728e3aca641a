"""How often each test of drift cries wolf: two windows drawn from the same real rows, so that every alarm is false."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.drift_data import answers, census, electricity, gives_opinion, of_model
from benchmarks.eval_report.measured import Measured
from spanglass_evaluators import Window
from spanglass_evaluators.drift.aspects import ASPECTS, TextPair, TextTests, compare_aspect
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.detectors import changes
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.drift.joint import compare_jointly
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.strata import Strata
from spanglass_evaluators.statistics.proportion import compare_proportions

TITLE = "Drift: false alarms on real data that did not change"

LEVEL = 0.05
SIZES = (50, 200, 1000)
RUNS, CHEAP_RUNS, TEXT_RUNS = 400, 3000, 60
PERMUTATIONS = 199
WIDEST = 0.2
SHADES = {50: "#a9c6da", 200: "#5590b8", 1000: "#14405f"}
OFFSETS = {50: 0.24, 200: 0.0, 1000: -0.24}

Rows = Sequence[Any]
Test = Callable[[Rows, Rows], float]


def rows(data: Path) -> Iterator[Measured]:
    """p < .05 before adjustment and thresholds; then the evaluator as a whole; then the detectors."""
    for name, source, size, rate, runs in rates(data):
        low, high = proportion_confint(round(rate * runs), runs, method="wilson")
        yield Measured(
            name, source, f"false alarms, {size} rows a window", rate, runs, low=low, high=high,
            reference=LEVEL, reference_is="stated level",
        )  # fmt: skip
    yield from _whole(data)
    yield from _detectors(data)


@lru_cache(maxsize=1)
def rates(data: Path) -> list[tuple[str, str, int, float, int]]:
    """(test, source, rows a window, share of alarms, runs)."""
    found = []
    for name, (source, pool, test, runs) in _tests(data).items():
        for size in SIZES:
            if 2 * size > len(pool) or (name.startswith(("text", "joint")) and size > 200):
                continue
            found.append((name, source, size, _rate(pool, test, size, runs), runs))
    return found


def _rate(pool: Rows, test: Test, size: int, runs: int) -> float:
    generator = np.random.default_rng(size)
    alarms = 0
    for _ in range(runs):
        drawn = [pool[i] for i in generator.choice(len(pool), 2 * size, replace=False)]
        alarms += test(drawn[:size], drawn[size:]) < LEVEL
    return alarms / runs


def _tests(data: Path) -> Mapping[str, tuple[str, Rows, Test, int]]:
    people = census(data, "reference")
    ages, schooling = people["AGEP"].astype(float), people["SCHL"]
    polled = of_model(answers(data, "opinionqa"), "gpt-4-0314")
    latencies = np.array([row["latency"] for row in polled], dtype=float)
    texts = [row["answer"] for row in of_model(answers(data, "prime_full"), "gpt-3.5-turbo-0301")]
    hits = [
        (float(gives_opinion(row)), row["query"][-40:-30]) for row in of_model(answers(data, "opinionqa"), "gpt-4-0613")
    ]
    tests: dict[str, tuple[str, Rows, Test, int]] = {}
    for method in ("auto", "ks", "anderson_darling", "wasserstein", "energy", "psi", "jensen_shannon"):
        tests[f"numbers, {method}"] = ("census AGEP", ages, partial(_numbers, method), RUNS)
    tests["numbers, auto, latency"] = ("LLMDrift latency", latencies, partial(_numbers, "auto"), RUNS)
    for method in ("auto", "psi", "jensen_shannon"):
        tests[f"categories, {method}"] = ("census SCHL", schooling, partial(_categories, method), RUNS)
    tests["categories, evidently's chisquare"] = ("census SCHL", schooling, _one_sample, RUNS)
    tests["two_proportions"] = ("LLMDrift opinions given", [hit for hit, _ in hits], _proportions, CHEAP_RUNS)
    tests["cmh"] = ("LLMDrift opinions given, by question", hits, _strata, CHEAP_RUNS)
    for aspect in ("", *ASPECTS):
        tests[f"text{'.' if aspect else ''}{aspect}"] = (
            "LLMDrift PRIME answers",
            texts,
            partial(_texts, aspect),
            TEXT_RUNS,
        )
    joint = list(zip(*people.values(), strict=True))
    tests["joint"] = ("census, five columns", joint, _jointly, TEXT_RUNS)
    return tests


def _numbers(method: Any, now: Rows, before: Rows) -> float:
    return compare_numbers(np.array(now), np.array(before), test=method, permutations=PERMUTATIONS).p_value


def _categories(method: Any, now: Rows, before: Rows) -> float:
    return compare_categories(now, before, test=method, permutations=PERMUTATIONS).p_value


def _one_sample(now: Rows, before: Rows) -> float:
    """What evidently does by default: the reference's shares are taken for exact."""
    from scipy.stats import chisquare

    names, places = np.unique([*now, *before], return_inverse=True)
    counts = [np.bincount(part, minlength=len(names)) for part in (places[: len(now)], places[len(now) :])]
    # A category that the reference has not is expected 0 times, and then no p-value is a number.
    seen = counts[1] > 0
    if counts[0][~seen].any():
        return 0.0
    return float(chisquare(counts[0][seen], counts[1][seen] * (counts[0][seen].sum() / counts[1][seen].sum())).pvalue)


def _proportions(now: Rows, before: Rows) -> float:
    return compare_proportions(int(sum(now)), len(now), int(sum(before)), len(before)).p_value


def _strata(now: Rows, before: Rows) -> float:
    sides = [([hit for hit, _ in side], [stratum for _, stratum in side]) for side in (now, before)]
    return Strata.of(*sides).compare(alpha=LEVEL).p_value


def _texts(aspect: str, now: Rows, before: Rows) -> float:
    return compare_aspect(aspect, TextPair.of(now, before, TextTests(permutations=PERMUTATIONS))).p_value


def _jointly(now: Rows, before: Rows) -> float:
    names = ("AGEP", "MAR", "ANC", "SCHL", "NATIVITY")
    sides = [dict(zip(names, zip(*side, strict=True), strict=True)) for side in (now, before)]
    return compare_jointly(sides[0], sides[1]).p_value


def _whole(data: Path) -> Iterator[Measured]:
    """Adjusted, with thresholds: does any of the census' columns drift in windows that did not."""
    people = census(data, "reference")
    generator = np.random.default_rng(0)
    drift = Drift(DriftConfig(features=tuple(people), permutations=PERMUTATIONS))
    for size in SIZES:
        alarms = 0
        for _ in range(RUNS // 4):
            drawn = generator.choice(len(people["AGEP"]), 2 * size, replace=False)
            windows = [_people_window(people, part) for part in (drawn[:size], drawn[size:])]
            alarms += any(j.drifted for j in drift.judge(*windows))
        low, high = proportion_confint(alarms, RUNS // 4, method="wilson")
        yield Measured(
            "drift, as configured by default", "census, five columns", f"any false alarm, {size} rows a window",
            alarms / (RUNS // 4), RUNS // 4, low=low, high=high, reference=LEVEL, reference_is="stated level",
            headline=size == max(SIZES),
        )  # fmt: skip


def _people_window(people: dict[str, Any], rows_: Any) -> Window:
    columns = {name: (v[rows_].astype(float) if name == "AGEP" else v[rows_]).tolist() for name, v in people.items()}
    return Window(0, 1, columns, len(rows_))


def _detectors(data: Path) -> Iterator[Measured]:
    prices = electricity(data)["nswprice"]
    generator = np.random.default_rng(0)
    shuffled = generator.permutation((prices - prices.mean()) / prices.std())[:20_000]
    for detector, count in (("adwin", 20_000), ("page_hinkley", 20_000), ("kswin", 5_000)):
        alarms = len(changes(detector, shuffled[:count].tolist()))
        yield Measured(
            f"stream_drift, {detector}", "elec2 nswprice, shuffled", "false alarms in 10,000 values",
            alarms * 10_000 / count, count,
        )  # fmt: skip


def pictures(data: Path, folder: Path) -> list[Path]:
    """A dot for each test and size with its interval; the stated level as a line."""
    from matplotlib.figure import Figure

    found = rates(data)
    names = list(dict.fromkeys(name for name, *_ in found))[::-1]
    canvas = Figure(figsize=(8, 0.27 * len(names) + 1), layout="constrained")
    axes = canvas.subplots()
    for name, _, size, rate, runs in found:
        y = names.index(name) + OFFSETS[size]
        low, high = proportion_confint(round(rate * runs), runs, method="wilson")
        axes.plot([low, high], [y, y], color=SHADES[size], linewidth=1.5)
        axes.plot(rate, y, "o", color=SHADES[size], markersize=4)
        if low > WIDEST:
            x = WIDEST * (0.78 + 0.07 * list(SHADES).index(size))
            axes.text(x, names.index(name), f"{rate:.0%}", va="center", fontsize=8, color=SHADES[size])
    for size, shade in SHADES.items():
        axes.plot([], [], "o", color=shade, label=f"{size} rows")
    axes.set_xlim(0, WIDEST)
    axes.axvline(LEVEL, color="#c2571a", linewidth=1, label="stated: 5 %")
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_xlabel("share of runs with p < .05, and 95 % interval; nothing had changed")
    axes.legend(frameon=False, fontsize=8)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "drift_calibration.png"
    canvas.savefig(file, dpi=90)
    return [file]
