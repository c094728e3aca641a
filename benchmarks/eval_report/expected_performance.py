"""Performance without labels: what was estimated for windows whose labels were hidden, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from benchmarks.eval_report.drift_data import CENSUS, Numbers, census, electricity
from benchmarks.eval_report.measured import Measured
from spanglass_evaluators import Window
from spanglass_evaluators.drift.performance import METRICS, PerformanceConfig, PerformanceDrift, confusion

TITLE = "Performance without labels"

CHUNK = 3_000
REFERENCE = 5_000
CONFIG = PerformanceConfig("p", "t", metrics=("accuracy",), resamples=40)

Scored = tuple[Numbers, Numbers]
Estimate = tuple[float, float, float, float]


def rows(data: Path) -> Iterator[Measured]:
    """Mean absolute error of the estimated accuracy, beside that of "as in the reference"."""
    for name, (reference, chunks) in cases(data).items():
        found = estimates(reference, chunks)
        realised = np.array([real for real, *_ in found])
        errors = np.array([abs(expected - real) for real, expected, *_ in found])
        before = METRICS["accuracy"](confusion(reference[0] >= CONFIG.threshold, reference[1]))
        low, high = np.quantile(_resampled_means(errors), [0.025, 0.975])
        inside = np.mean([low - 0.01 <= real <= high + 0.01 for real, _, low, high in found])
        yield Measured(
            "performance_drift, cbpe", name, "mean absolute error of the accuracy", float(errors.mean()), len(found),
            low=float(low), high=float(high),
            reference=float(np.abs(realised - before).mean()), reference_is="if taken as in the reference",
            note=f"realised {realised.min():.3f} to {realised.max():.3f}; {inside:.0%} within .01 of the interval",
            headline=name.startswith("census, by age"),
        )  # fmt: skip


def _resampled_means(values: Numbers) -> Numbers:
    draws = np.random.default_rng(0).integers(len(values), size=(1000, len(values)))
    return np.asarray(values[draws].mean(axis=1))


def estimates(reference: Scored, chunks: list[Scored]) -> list[Estimate]:
    """(realised, estimated, low, high) of each chunk; the estimate never sees the chunk's labels."""
    evaluator = PerformanceDrift(CONFIG)
    window = Window(0, 1, {"p": reference[0].tolist(), "t": reference[1].tolist()}, len(reference[0]))
    before = METRICS["accuracy"](confusion(reference[0] >= CONFIG.threshold, reference[1]))
    found = []
    for scores, truth in chunks:
        [j] = evaluator.judge(window, Window(1, 2, {"p": scores.tolist()}, len(scores)))
        assert j.statistic is not None
        assert j.effect_low is not None
        assert j.effect_high is not None
        real = METRICS["accuracy"](confusion(scores >= CONFIG.threshold, truth))
        found.append((real, j.statistic, before + j.effect_low, before + j.effect_high))
    return found


@lru_cache(maxsize=1)
def cases(data: Path) -> dict[str, tuple[Scored, list[Scored]]]:
    """Who is married, by year and by age (the inputs change); which way the price goes (its meaning changes)."""
    before, after = (_people(data, part) for part in ("reference", "analysis"))
    half = REFERENCE * 2
    model = HistGradientBoostingClassifier(random_state=0).fit(before[0][:half], before[1][:half])
    rest = slice(half, half + REFERENCE)
    reference = model.predict_proba(before[0][rest])[:, 1], before[1][rest]
    scores = model.predict_proba(after[0])[:, 1]
    in_time = _chunks(scores, after[1])[::4]
    by_age = np.argsort(after[0][:, 0], kind="stable")
    ages = _chunks(scores[by_age], after[1][by_age])[::4]
    return {
        "census, 2016 to 2018": (reference, in_time),
        "census, by age": (reference, ages),
        "elec2 prices, in time": _market(data),
    }


def _people(data: Path, part: str) -> tuple[Numbers, Numbers]:
    columns = census(data, part)
    inputs = [columns[name].astype(float) for name in CENSUS if name != "MAR"]
    return np.column_stack(inputs), (columns["MAR"] == "1").astype(float)


def _market(data: Path) -> tuple[Scored, list[Scored]]:
    columns = electricity(data)
    inputs = np.column_stack([columns[name] for name in ("day", "period", "nswprice", "nswdemand")])
    labels = columns["label_down"]
    model = LogisticRegression(max_iter=500).fit(inputs[:6000], labels[:6000])
    scores = model.predict_proba(inputs)[:, 1]
    return (scores[6000:12000], labels[6000:12000]), _chunks(scores[12000:], labels[12000:])


def _chunks(scores: Numbers, truth: Numbers) -> list[Scored]:
    return [(scores[i : i + CHUNK], truth[i : i + CHUNK]) for i in range(0, len(scores) - CHUNK + 1, CHUNK)]


def pictures(data: Path, folder: Path) -> list[Path]:
    """Estimated against realised accuracy, chunk by chunk."""
    from matplotlib.figure import Figure

    found = cases(data)
    canvas = Figure(figsize=(9, 3.1), layout="constrained")
    for axes, (name, (reference, chunks)) in zip(canvas.subplots(1, len(found)), found.items(), strict=True):
        points = estimates(reference, chunks)
        for real, expected, low, high in points:
            axes.plot([real, real], [low, high], color="#a9c6da", linewidth=1.5)
            axes.plot(real, expected, "o", color="#14405f", markersize=3)
        ends = [min(min(p[:2]) for p in points), max(max(p[:2]) for p in points)]
        axes.plot(ends, ends, color="#c2571a", linewidth=0.8)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("realised accuracy", fontsize=8)
    canvas.axes[0].set_ylabel("estimated without labels", fontsize=8)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "expected_performance.png"
    canvas.savefig(file, dpi=90)
    return [file]
