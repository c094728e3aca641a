"""How soon drift of a known size is found: shifts put into real columns, and how long the tests take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.drift_data import Numbers, answers, census, of_model
from benchmarks.eval_report.measured import Measured
from spanglass_evaluators import Window
from spanglass_evaluators.drift.aspects import TextPair, TextTests, compare_aspect
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.detectors import changes
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.drift.numeric import compare_numbers

TITLE = "Drift: power and delay under shifts of known size, and speed"

ROWS = 200
RUNS, TEXT_RUNS = 150, 20
LEVEL = 0.05
NUMERIC: tuple[Any, ...] = ("ks", "anderson_darling", "wasserstein", "energy", "psi", "jensen_shannon")
CATEGORICAL: tuple[Any, ...] = ("chi2", "psi", "jensen_shannon")
SHIFTS = (0.1, 0.2, 0.3, 0.5)
SMALL = (0.01, 0.02, 0.05, 0.1)
"""Latencies have a long tail: half of them lie within a tenth of a deviation."""
DELAYS = (0.25, 0.5, 1.0, 2.0)
DETECTORS = {"adwin": 40, "page_hinkley": 40, "kswin": 8}
BEFORE, AFTER = 1000, 1000

Curve = dict[float, float]


def rows(data: Path) -> Iterator[Measured]:
    for name, curve in power(data).items():
        for size, share in curve.items():
            runs = TEXT_RUNS if "text" in name else RUNS
            low, high = proportion_confint(round(share * runs), runs, method="wilson")
            test, shift = name.split(": ")
            yield Measured(
                test, shift, f"found at {size:g}, {100 if 'text' in name else ROWS} rows a window",
                share, runs, low=low, high=high,
            )  # fmt: skip
    for detector, curve in delays(data).items():
        for size, delay in curve.items():
            yield Measured(
                f"stream_drift, {detector}", "LLMDrift latencies, shifted", f"median delay at {size:g} deviations",
                delay, DETECTORS[detector], note=f"{AFTER:g} or more: mostly not found" if delay >= AFTER else "",
                headline=detector == "adwin" and size == 0.5,
            )  # fmt: skip
    yield from _speed()


@lru_cache(maxsize=1)
def power(data: Path) -> dict[str, Curve]:
    """Share of runs with p < .05 before adjustment, by test and kind of shift."""
    people = census(data, "reference")
    pools = {"census AGEP": (people["AGEP"].astype(float), SHIFTS), "LLMDrift latency": (_latencies(data), SMALL)}
    found: dict[str, Curve] = {}
    for method in NUMERIC:
        for name, (pool, shifts) in pools.items():
            found[f"{method}: {name}, deviations more"] = {s: _power(pool, method, s) for s in shifts}
    schooling = people["SCHL"]
    for method in CATEGORICAL:
        found[f"{method}: census SCHL, share moved to one level"] = {
            s: _category_power(schooling, method, s) for s in (0.05, 0.1, 0.2)
        }
    for aspect in ("", "terms", "clusters", "centroid"):
        found[f"text{'.' if aspect else ''}{aspect}: GPT-3.5's PRIME answers, share of June's among March's"] = {
            s: _text_power(data, aspect, s) for s in (0.1, 0.25, 0.5)
        }
    return found


def _latencies(data: Path) -> Numbers:
    return np.array([row["latency"] for row in of_model(answers(data, "opinionqa"), "gpt-4-0314")], dtype=float)


def _power(pool: Numbers, method: Any, size: float) -> float:
    """Shifted by whole years where the column has years: another grid would be found at once."""
    shift = size * float(pool.std())
    shift = round(shift) if (pool == pool.round()).all() else shift
    generator = np.random.default_rng(0)
    alarms = 0
    for _ in range(RUNS):
        drawn = generator.choice(pool, 2 * ROWS, replace=False)
        alarms += compare_numbers(drawn[:ROWS] + shift, drawn[ROWS:], test=method, permutations=199).p_value < LEVEL
    return alarms / RUNS


def _category_power(pool: Any, method: Any, share: float) -> float:
    generator = np.random.default_rng(0)
    alarms = 0
    for _ in range(RUNS):
        drawn = generator.choice(pool, 2 * ROWS, replace=False)
        now = np.where(generator.random(ROWS) < share, "21", drawn[:ROWS])
        alarms += compare_categories(now.tolist(), drawn[ROWS:].tolist(), test=method, permutations=199).p_value < LEVEL
    return alarms / RUNS


def _text_power(data: Path, aspect: str, share: float) -> float:
    march, june = (
        [row["answer"] for row in of_model(answers(data, "prime_full"), f"gpt-3.5-turbo-{month}")]
        for month in ("0301", "0613")
    )
    generator = np.random.default_rng(0)
    alarms = 0
    for _ in range(TEXT_RUNS):
        old = generator.choice(len(march), 200, replace=False)
        new = generator.choice(len(june), round(100 * share), replace=False)
        now = [june[i] for i in new] + [march[i] for i in old[: 100 - len(new)]]
        pair = TextPair.of(now, [march[i] for i in old[100:]], TextTests(permutations=199))
        alarms += compare_aspect(aspect, pair).p_value < LEVEL
    return alarms / TEXT_RUNS


@lru_cache(maxsize=1)
def delays(data: Path) -> dict[str, Curve]:
    """Median number of values from the shift to the alarm; 1000 where there was none in 1000."""
    latencies = _latencies(data)
    pool = (latencies - latencies.mean()) / latencies.std()
    return {name: {s: _delay(pool, name, s, runs) for s in DELAYS} for name, runs in DETECTORS.items()}


def _delay(pool: Numbers, detector: str, shift: float, runs: int) -> float:
    generator = np.random.default_rng(0)
    found = []
    for _ in range(runs):
        values = generator.choice(pool, BEFORE + AFTER)
        values[BEFORE:] += shift
        alarms = [place - BEFORE for place in changes(detector, values.tolist()) if place >= BEFORE]
        found.append(alarms[0] if alarms else AFTER)
    return float(np.median(found))


def _speed() -> Iterator[Measured]:
    """100,000 rows a window: 12 columns of numbers, 4 of categories, 4 of zeros and ones."""
    windows = [_large_window(seed) for seed in (0, 1)]
    drift = Drift(DriftConfig(features=tuple(windows[0].columns)))
    best = min(_cpu_seconds(lambda: drift.judge(*windows)) for _ in range(3))
    yield Measured(
        "drift", "100,000 rows x 20 features, made", "CPU seconds for one comparison", best, 100_000,
        reference=2.0, reference_is="at most", headline=True,
    )  # fmt: skip


def _large_window(seed: int, size: int = 100_000) -> Window:
    draw = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {f"n{i}": draw.lognormal(size=size).tolist() for i in range(12)}
    columns |= {f"c{i}": draw.choice(list("abcdefghijklmnopqrst"), size).tolist() for i in range(4)}
    columns |= {f"b{i}": (draw.random(size) < 0.1).astype(float).tolist() for i in range(4)}
    return Window(0, 1, columns, size)


def _cpu_seconds(work: Callable[[], object]) -> float:
    """Of this process: other work on the machine does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def pictures(data: Path, folder: Path) -> list[Path]:
    """Power by test for two kinds of shift, and the detectors' delay."""
    from matplotlib.figure import Figure

    found = power(data)
    canvas = Figure(figsize=(9.5, 3.2), layout="constrained")
    axes = canvas.subplots(1, 3)
    for place, shift in enumerate(("census AGEP", "LLMDrift latency")):
        for method in NUMERIC:
            curve = found[f"{method}: {shift}, deviations more"]
            axes[place].plot(list(curve), list(curve.values()), "o-", markersize=3, label=method)
        axes[place].set_ylim(0, 1.02)
        axes[place].set_title(shift, fontsize=9)
        axes[place].set_xlabel("shift, deviations", fontsize=8)
        axes[place].set_ylabel(f"share found, {ROWS} rows" if place == 0 else "")
    axes[0].legend(frameon=False, fontsize=7)
    for detector, curve in delays(data).items():
        axes[2].plot(list(curve), list(curve.values()), "o-", markersize=3, label=detector)
    axes[2].set_title("streams: median delay, values", fontsize=9)
    axes[2].set_xlabel("shift, deviations", fontsize=8)
    axes[2].set_yscale("log")
    axes[2].legend(frameon=False, fontsize=7)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "drift_power.png"
    canvas.savefig(file, dpi=75)
    return [file]
