"""Groundedness against the human labels of BEGIN, on knowledge texts that no weight was fitted on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.eval_report.labelled_rows import read_rows, training_script
from benchmarks.eval_report.measured import Measured
from benchmarks.eval_report.resampling import auroc, share
from spanglass_evaluators.quality.answer.contradiction import ContradictionConfig, judge_contradiction

TITLE = "Groundedness and contradiction: BEGIN"

SOURCES = {"wow": "Wizard of Wikipedia", "cmu": "CMU-DoG"}
FILE = "begin_groundedness/turns.jsonl.gz"
_TOKEN = re.compile(r"[a-z0-9]+")


def rows(data: Path) -> Iterator[Measured]:
    """AUROC beside the precision of words; replies that were altered; contradiction on the same."""
    margins = _margins(data)
    for source, shown in SOURCES.items():
        own = [(a, m) for a, m in margins if a.source == source and not a.altered]
        floor = _precision_auroc([row for row in read_rows(data, FILE) if row["data_source"] == source])
        yield auroc(
            [a.attributable for a, _ in own], [m for _, m in own], "groundedness", f"{shown}, new knowledge",
            reference=floor, reference_is="precision of words", headline=True,
        )  # fmt: skip
    yield from _across_sources(data)
    for how in ("number", "negation"):
        own = [(a, m) for a, m in margins if a.altered == how or (not a.altered and a.attributable)]
        yield auroc([not a.altered for a, _ in own], [m for _, m in own], "groundedness",
                    f"attributable replies, {how} altered", metric="AUROC, told from the original")  # fmt: skip
    yield from _contradictions(data)


def _margins(data: Path) -> list[tuple[Any, float]]:
    script = training_script("train_groundedness")
    found: list[tuple[Any, float]] = script.out_of_fold(list(script.read(data)))
    return found


def _across_sources(data: Path) -> Iterator[Measured]:
    """Weights of one source on the other: what holds of data of another kind."""
    script = training_script("train_groundedness")
    answers = list(script.read(data))
    for source, shown in SOURCES.items():
        fitted = script.fit([a for a in answers if a.source != source])
        own = [a for a in answers if a.source == source and not a.altered]
        yield auroc([a.attributable for a in own], [fitted.margin(a.features) for a in own], "groundedness",
                    f"{shown}, weights of the other source")  # fmt: skip


def _precision(row: dict[str, Any]) -> float:
    known, said = set(_TOKEN.findall(row["knowledge"].lower())), _TOKEN.findall(row["response"].lower())
    return float(np.mean([token in known for token in said])) if said else 0.0


def _precision_auroc(stored: list[dict[str, Any]]) -> float:
    labels = [row["begin_label"].startswith("Fully") for row in stored]
    return auroc(labels, list(map(_precision, stored)), "", "").value


def _contradictions(data: Path) -> Iterator[Measured]:
    script = training_script("train_groundedness")
    found: dict[str, list[bool]] = {}
    for row in read_rows(data, FILE):
        if row["data_source"] in SOURCES and row["begin_label"].startswith("Fully"):
            for how, text in (("as they are", row["response"]), *script.altered_replies(row["response"])):
                judged = judge_contradiction(ContradictionConfig(), text, row["knowledge"], "", "")
                found.setdefault(how, []).append(judged.value == 1)
    for how, hits in found.items():
        metric = "false alarms" if how == "as they are" else "found"
        yield share(hits, "contradiction", f"attributable replies, {how}", metric)


def pictures(data: Path, folder: Path) -> list[Path]:
    """ROC beside that of the precision of words, and how well the probabilities are calibrated."""
    from matplotlib.figure import Figure
    from sklearn.metrics import roc_curve

    margins = [(a, m) for a, m in _margins(data) if not a.altered]
    canvas = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = canvas.subplots(1, 2)
    for source, colour in (("wow", "#1d4e6b"), ("cmu", "#c2571a")):
        own = [(a, m) for a, m in margins if a.source == source]
        stored = [row for row in read_rows(data, FILE) if row["data_source"] == source]
        truth = [row["begin_label"].startswith("Fully") for row in stored]
        left.plot(*roc_curve([a.attributable for a, _ in own], [m for _, m in own])[:2], color=colour,
                  label=f"{SOURCES[source]}: ours")  # fmt: skip
        left.plot(*roc_curve(truth, list(map(_precision, stored)))[:2], ":", color=colour, label="precision of words")
        right.plot(*_calibration(own), "o-", color=colour, markersize=4, label=SOURCES[source])
    left.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 0.5), ylim=(0.5, 1.005))
    left.legend(frameon=False, fontsize=8, loc="lower right")
    right.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    right.set(xlabel="probability, ours", ylabel="share attributable, by people")
    file = folder / "groundedness.png"
    canvas.savefig(file, dpi=100)
    return [file]


def _calibration(own: list[tuple[Any, float]]) -> tuple[list[float], list[float]]:
    """Mean probability and share of attributable replies, in eight parts of equal size."""
    ordered = sorted((1 / (1 + math.exp(-m)), a.attributable) for a, m in own)
    parts = [part for part in np.array_split(np.array(ordered, float), 8) if len(part)]
    return [float(part[:, 0].mean()) for part in parts], [float(part[:, 1].mean()) for part in parts]
