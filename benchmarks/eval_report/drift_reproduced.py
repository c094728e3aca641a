"""Known drift in real data: what others published of it, and whether our evaluators find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.eval_report.drift_data import (
    CENSUS,
    answers,
    census,
    electricity,
    gives_opinion,
    is_accepted,
    is_right,
    of_model,
    published,
)
from benchmarks.eval_report.measured import Measured
from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.detectors import changes
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.drift.limits import distance_and_limit
from spanglass_evaluators.drift.streams import standardised

TITLE = "Drift: what is known to have changed"

Figures = Callable[[Path], Iterator[Measured]]

CHUNK = 5_000
TASKS: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "PRIME_FULL": ("prime_full", is_right),
    "OPINIONQA": ("opinionqa", gives_opinion),
    "LEETCODE_EASY": ("leetcode_easy", is_accepted),
}
MODELS = (("gpt-4-0314", "gpt-4-0613"), ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613"))
CHANGE = 17_424
"""The row from which Victoria's prices, demand and transfer vary (published.json)."""


def rows(data: Path) -> Iterator[Measured]:
    yield from census_figures(data)
    yield from share_figures(data)
    yield from _answers(data)
    yield from _electricity(data)


def census_figures(data: Path) -> Iterator[Measured]:
    """Chunks of 2016 to 2018 whose Jensen-Shannon distance to 2015 is beyond the reference's own."""
    figures = {
        subset.split()[1].rstrip(","): (*figure, metric)
        for (subset, metric), figure in published(data, "census_drift").items()
    }
    before, after = census(data, "reference"), census(data, "analysis")
    for name in CENSUS:
        reference, values = (_typed(name, columns[name]) for columns in (before, after))
        chunks = [
            distance_and_limit(values[i : i + CHUNK], reference, size=CHUNK) for i in range(0, len(values), CHUNK)
        ]
        count, (value, status, tolerance, _) = sum(d > limit for d, limit in chunks), figures[name]
        distances = [distance for distance, _ in chunks]
        is_published = status != "computed-here-not-published"
        yield Measured(
            "drift, limits of the reference", f"census {name}", f"alerts in {len(chunks)} chunks", count, len(values),
            reference=value, reference_is="published" if is_published else "recomputed", tolerance=tolerance,
            note=f"distances {min(distances):.4f} to {max(distances):.4f}, limit {chunks[0][1]:.4f}",
            headline=is_published,
        )  # fmt: skip


def _typed(name: str, values: Any) -> Any:
    return values.astype(float) if name == "AGEP" else values.tolist()


def share_figures(data: Path) -> Iterator[Measured]:
    for (subset, metric), (value, status, tolerance) in published(data, "llmdrift").items():
        task, model = subset.split(", ")
        file, rule = TASKS[task]
        found = [rule(row) for row in of_model(answers(data, file), model)]
        yield Measured(
            "score rules", f"LLMDrift {subset}", metric.split(" (")[0], float(np.mean(found)), len(found),
            reference=value, reference_is="published" if status.startswith("reproduced") else "the paper's, recalled",
            tolerance=tolerance,
        )  # fmt: skip


def _answers(data: Path) -> Iterator[Measured]:
    """March against June: did we find it, feature by feature."""
    features = (
        "score:correct",
        "OutputTokens",
        "output_text",
        "output_text.terms",
        "output_text.clusters",
        "output_text.language",
        "Duration",
        "joint",
    )
    for task, (file, rule) in TASKS.items():
        for march, june in MODELS:
            windows = [_window(of_model(answers(data, file), model), rule) for model in (march, june)]
            found = Drift(DriftConfig(features=features, permutations=499)).judge(*windows)
            for j in found:
                if j.drifted is None:
                    continue  # joint, with 50 answers
                yield _verdict(j, f"LLMDrift {task}, {march} to {june[-4:]}")


def _window(found: Any, rule: Callable[[dict[str, Any]], bool]) -> Window:
    columns = {
        "score:correct": [float(rule(row)) for row in found],
        "OutputTokens": [row["answer_token"] for row in found],
        "output_text": [row["answer"] for row in found][:500],
        "Duration": [row["latency"] for row in found],
    }
    return Window(0, 1, columns, len(found))


def _verdict(j: WindowJudgement, data: str) -> Measured:
    verdict = "drift" if j.drifted else "no drift"
    return Measured(
        f"drift, {j.method}", data, f"effect on {j.feature}", j.effect_size or 0.0, j.n,
        low=j.effect_low, high=j.effect_high,
        note=f"{verdict}; adjusted p {j.adjusted_p_value:.2g}; {j.explanation[:70]}",
    )  # fmt: skip


def _electricity(data: Path) -> Iterator[Measured]:
    columns = electricity(data)
    labels = columns["label_down"]
    figures = {metric: figure for (_, metric), figure in published(data, "elec2_stream").items()}
    same, majority = float(np.mean(labels[1:] == labels[:-1])), float(max(labels.mean(), 1 - labels.mean()))
    for metric, ours in (("no-change (persistence) classifier accuracy", same), ("share of majority class", majority)):
        value, _, tolerance = figures[metric]
        yield Measured(
            "labels", "elec2", metric, ours, len(labels),
            reference=value, reference_is="the paper's, recalled", tolerance=tolerance,
        )  # fmt: skip
    yield from _market_opens(columns)
    yield from _nothing_opens(columns)


def _market_opens(columns: dict[str, Any]) -> Iterator[Measured]:
    """A real change point: the first alarm after it, in half hours."""
    for name in ("vicprice", "vicdemand", "transfer"):
        for detector in ("adwin", "page_hinkley"):
            alarms = _alarms(columns, name, detector, (CHANGE - 5000, CHANGE - 1000, CHANGE + 2000))
            after = [alarm - CHANGE for alarm in alarms if alarm >= CHANGE]
            yield Measured(
                f"stream_drift, {detector}", f"elec2 {name}", "half hours from the change to the alarm",
                after[0] if after else -1.0, 3000,
                note=f"{len(alarms) - len(after)} false alarms in the 1000 half hours before",
                headline=name == "transfer" and detector == "adwin",
            )  # fmt: skip


def _nothing_opens(columns: dict[str, Any]) -> Iterator[Measured]:
    """New South Wales' demand has days and weeks; with them taken off it has weather."""
    for season in ("", "day", "week"):
        alarms = _alarms(columns, "nswdemand", "adwin", (0, 8000, 12000), season=season)
        yield Measured(
            "stream_drift, adwin", "elec2 nswdemand", f"alarms in 4000 half hours, season {season or 'not known'}",
            len(alarms), 4000,
        )  # fmt: skip


def _alarms(
    columns: dict[str, Any], name: str, detector: str, cuts: tuple[int, int, int], season: str = ""
) -> list[int]:
    """Rows of the file at which the detector alarmed after the reference (from cuts[0] to cuts[1])."""
    parts = [np.array([columns["time_ns"][a:b], columns[name][a:b]]) for a, b in (cuts[:2], cuts[1:])]
    values, _ = standardised(*parts, season)
    return [cuts[0] + place for place in changes(detector, values.tolist()) if place >= cuts[1] - cuts[0]]
