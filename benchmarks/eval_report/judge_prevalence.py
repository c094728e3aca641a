"""Prevalence put right: how often 95 % intervals hold the truth when a judge errs, simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.stats import t

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.judge.calibration.estimate import Estimate, Numbers
from spanglass_evaluators.judge.calibration.prevalence import prediction_powered, rogan_gladen

TITLE = "Judges: prevalence put right for the judge's errors (simulated)"

TRUTH = 0.15
SENSITIVITY, SPECIFICITY = 0.80, 0.90
ITEMS = 5000
LABELLED = (50, 100, 200, 400, 800)
ROUNDS = 2000
SHOWN = 200


def _judge_alone(y: Numbers, f: Numbers, g: Numbers) -> Estimate:
    return _mean(np.concatenate([f, g]))


def _people_alone(y: Numbers, f: Numbers, g: Numbers) -> Estimate:
    return _mean(y)


def _mean(values: Numbers) -> Estimate:
    margin = float(t.ppf(0.975, len(values) - 1)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return Estimate(float(values.mean()), float(values.mean() - margin), float(values.mean() + margin))


METHODS: dict[str, Callable[[Numbers, Numbers, Numbers], Estimate | None]] = {
    "the judge alone": _judge_alone,
    "people alone": _people_alone,
    "prediction-powered": prediction_powered,
    "Rogan-Gladen": rogan_gladen,
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """Over the rounds: how often the interval held the truth, how wide it was, how far the estimate lay off."""

    covered: float
    width: float
    bias: float


@cache
def simulated(labelled: int) -> dict[str, Simulated]:
    rng = np.random.default_rng(labelled)
    found: dict[str, list[Estimate]] = {name: [] for name in METHODS}
    for _ in range(ROUNDS):
        y = (rng.random(ITEMS) < TRUTH).astype(np.float64)
        says_yes = np.where(y == 1, SENSITIVITY, 1 - SPECIFICITY)
        f = (rng.random(ITEMS) < says_yes).astype(np.float64)
        for name, method in METHODS.items():
            estimate = method(y[:labelled], f[:labelled], f[labelled:])
            found[name].append(estimate or Estimate(0.5, 0.0, 1.0))
    return {name: _summary(estimates) for name, estimates in found.items()}


def _summary(estimates: list[Estimate]) -> Simulated:
    bounds = np.array([(e.low, e.high) for e in estimates], dtype=np.float64)
    covered = (bounds[:, 0] <= TRUTH) & (bounds[:, 1] >= TRUTH)
    values = np.array([e.value for e in estimates])
    return Simulated(float(covered.mean()), float((bounds[:, 1] - bounds[:, 0]).mean()), float(values.mean() - TRUTH))


def rows(data: Path) -> Iterator[Measured]:
    """At 200 labelled of 5,000 judged."""
    setting = f"{TRUTH:.0%} true, sensitivity {SENSITIVITY}, specificity {SPECIFICITY}, {SHOWN} of {ITEMS} labelled"
    for name, each in simulated(SHOWN).items():
        margin = 1.96 * np.sqrt(max(each.covered * (1 - each.covered), 1e-4) / ROUNDS)
        yield Measured(
            name, setting, "share of 95 % intervals that hold the truth", each.covered, ROUNDS,
            low=max(0.0, each.covered - margin), high=min(1.0, each.covered + margin),
            reference=0.95, reference_is="wanted", note=f"mean width {each.width:.3f}, bias {each.bias:+.4f}",
            headline=name == "prediction-powered",
        )  # fmt: skip


def pictures(data: Path, folder: Path) -> list[Path]:
    """Coverage and width by the number of labels."""
    from matplotlib.figure import Figure

    colours = dict(zip(METHODS, ("#c2571a", "#999999", "#1d4e6b", "#7aa6c2"), strict=True))
    canvas = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = canvas.subplots(1, 2)
    for name, colour in colours.items():
        left.plot(
            LABELLED, [simulated(n)[name].covered for n in LABELLED], "o-", color=colour, markersize=4, label=name
        )
        if name != "the judge alone":
            right.plot(LABELLED, [simulated(n)[name].width for n in LABELLED], "o-", color=colour, markersize=4)
    left.axhline(0.95, color="black", linewidth=0.8, linestyle=":")
    left.set(
        xscale="log", ylim=(-0.03, 1.03), xlabel="items that people labelled", title="intervals that hold the truth"
    )
    right.set(xscale="log", ylim=(0, None), xlabel="items that people labelled", title="width of the interval")
    for axes in (left, right):
        axes.set_xticks(LABELLED, [str(n) for n in LABELLED])
        axes.minorticks_off()
    canvas.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    file = folder / "judge_prevalence.png"
    canvas.savefig(file, dpi=90)
    return [file]
