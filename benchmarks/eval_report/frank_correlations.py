"""FRANK: how metrics of summaries go with people's judgement of factuality, within the systems that wrote them."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.judge.calibration.agreement import correlations_of
from spanglass_evaluators.judge.calibration.fit import METHODS, bins_of, calibration_error, fit_map, held_out
from spanglass_evaluators.judge.calibration.partial import partial_correlation

TITLE = "Judges: partial correlations and calibration on FRANK"

MAPPED = ("FactCC", "Dep Entail")


def rows(data: Path) -> Iterator[Measured]:
    """Every metric with a figure to compare; then what a map to people's labels is worth on held-out rows."""
    stored = _stored(data)
    for metric, figure in _published(data).items():
        values, human, systems = _columns(stored, metric)
        found = partial_correlation(values, human, systems)
        plain = correlations_of(values, human).pearson
        assert found is not None
        assert plain is not None
        yield Measured(
            metric, "frank_metric_scores", "partial correlation with human factuality", found.value, len(values),
            low=found.low, high=found.high, reference=figure, reference_is="recomputed from the release",
            tolerance=0.001, note=f"{plain.value:.3f} where the system is not held fixed", headline=metric == "FactCC",
        )  # fmt: skip
    for metric in MAPPED:
        yield from _mapped(stored, metric)


def _mapped(stored: list[dict[str, str]], metric: str) -> Iterator[Measured]:
    values, human, _ = (np.asarray(column) for column in _columns(stored, metric))
    chosen = fit_map(values.tolist(), human.tolist()).method
    said = held_out(values, human, METHODS[chosen])
    for name, each in (("as it is", values), (f"mapped ({chosen}), held out", said)):
        error = calibration_error(each, human)
        yield Measured(metric, "frank_metric_scores", f"calibration error, {name}", error, len(values))


def pictures(data: Path, folder: Path) -> list[Path]:
    """Reliability before and after: people's mean in ten bins of the score."""
    from matplotlib.figure import Figure

    stored, canvas = _stored(data), Figure(figsize=(8, 3.6), layout="constrained")
    for axes, metric in zip(canvas.subplots(1, len(MAPPED), sharey=True), MAPPED, strict=True):
        values, human, _ = (np.asarray(column) for column in _columns(stored, metric))
        chosen = fit_map(values.tolist(), human.tolist()).method
        said = held_out(values, human, METHODS[chosen])
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
        for each, colour, label in ((values, "#c2571a", "as it is"), (said, "#1d4e6b", "mapped, held-out rows")):
            x, y = ([float(column[part].mean()) for part in bins_of(each)] for column in (each, human))
            axes.plot(x, y, "o", color=colour, markersize=5, label=label)
        axes.set(title=f"{metric} ({chosen})", xlabel="score", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    canvas.supylabel("people: factual", size=10)
    canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    file = folder / "frank_calibration.png"
    canvas.savefig(file, dpi=90)
    return [file]


def _stored(data: Path) -> list[dict[str, str]]:
    with gzip.open(data / "frank_metric_scores" / "scores.csv.gz", "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _columns(stored: list[dict[str, str]], metric: str) -> tuple[list[float], list[float], list[str]]:
    """The metric, people's factuality and the system, of the rows that have the metric."""
    scored = [row for row in stored if row[metric] not in ("", "nan")]
    human = [float(row["Factuality"]) for row in scored]
    return [float(row[metric]) for row in scored], human, [row["model_name"] for row in scored]


def _published(data: Path) -> dict[str, float]:
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    return {f["subset"].partition(",")[0]: f["value"] for f in figures if f["dataset"] == "frank_metric_scores"}
