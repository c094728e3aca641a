"""FRANK: how metrics of summaries go with people's judgement of factuality, within the systems that wrote them."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.judge.calibration.agreement import correlations_of
from spanglass_evaluators.judge.calibration.partial import partial_correlation

TITLE = "Judges: partial correlations of FRANK"


def rows(data: Path) -> Iterator[Measured]:
    """Every metric with a figure to compare; the plain correlation stands in the note."""
    with gzip.open(data / "frank_metric_scores" / "scores.csv.gz", "rt", encoding="utf-8") as lines:
        stored = list(csv.DictReader(lines))
    for metric, figure in _published(data).items():
        scored = [row for row in stored if row[metric] not in ("", "nan")]
        human = [float(row["Factuality"]) for row in scored]
        values = [float(row[metric]) for row in scored]
        found = partial_correlation(values, human, [row["model_name"] for row in scored])
        plain = correlations_of(values, human).pearson
        assert found is not None
        assert plain is not None
        yield Measured(
            metric, "frank_metric_scores", "partial correlation with human factuality", found.value, len(scored),
            low=found.low, high=found.high, reference=figure, reference_is="recomputed from the release",
            tolerance=0.001, note=f"{plain.value:.3f} where the system is not held fixed", headline=metric == "FactCC",
        )  # fmt: skip


def _published(data: Path) -> dict[str, float]:
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    return {f["subset"].partition(",")[0]: f["value"] for f in figures if f["dataset"] == "frank_metric_scores"}
