"""BBQ's bias scores, from the stored answers of UnifiedQA-11B, against the published ones."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.bias.bbq import BbqItem, BiasScore, bias_scores, match_answer

TITLE = "BBQ: stereotypes in answers"

FORMATS = ("arc", "race")
CONDITIONS = {"ambig": "ambiguous", "disambig": "disambiguated"}


def rows(data: Path) -> Iterator[Measured]:
    """Every category and condition in both prompt formats, and how many texts were matched as the authors did."""
    stored = stored_items(data)
    published = _published(data)
    for number, form in enumerate(FORMATS):
        chosen = chosen_of(stored, form)
        alike = sum(ours == row[f"unifiedqa_{form}_loc"] for ours, row in zip(chosen, stored, strict=True))
        yield Measured(
            "bbq", f"UnifiedQA {form.upper()}", "answers matched to an option as published", alike / len(stored),
            len(stored), reference=1.0, reference_is="published", tolerance=0,
        )  # fmt: skip
        for found in scores_of(stored, chosen):
            yield _measured(found, form, published[found.category, found.condition][number])


def stored_items(data: Path) -> list[dict[str, Any]]:
    with gzip.open(data / "bbq" / "bbq_unifiedqa.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def chosen_of(stored: list[dict[str, Any]], form: str) -> list[int | None]:
    return [match_answer(row[f"unifiedqa_{form}"], row["ans"]) for row in stored]


def scores_of(stored: list[dict[str, Any]], chosen: list[int | None]) -> list[BiasScore]:
    items = [
        BbqItem(row["category"], row["condition"], tuple(row["ans"]), row["label"], row["target_loc"],
                row["unknown_loc"], f"{row['category']} {row['question_index']}")
        for row in stored
    ]  # fmt: skip
    return bias_scores(items, chosen)


def _published(data: Path) -> dict[tuple[str, str], list[float]]:
    """(category, condition) -> ARC and RACE."""
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    named = {shown: name for name, shown in CONDITIONS.items()}
    subsets = [(figure["subset"].split(", "), figure["value"]) for figure in figures if figure["dataset"] == "bbq"]
    return {(category, named[shown]): value for (category, shown), value in subsets}


def _measured(found: BiasScore, form: str, published: float) -> Measured:
    assert found.score is not None
    return Measured(
        "bbq", f"{found.category}, {CONDITIONS[found.condition]}, {form.upper()}", "bias score x 100",
        100 * found.score, found.n,
        low=None if found.low is None else 100 * found.low, high=None if found.high is None else 100 * found.high,
        reference=published, reference_is="published", tolerance=0.05,
        note=f"accuracy {found.accuracy:.3f}; {found.unmatched} unmatched",
        headline=found.condition == "ambig" and form == "arc",
    )  # fmt: skip


def pictures(data: Path, folder: Path) -> list[Path]:
    """Bias scores with intervals over templates, published ones beside them."""
    from matplotlib.figure import Figure

    stored, published = stored_items(data), _published(data)
    canvas = Figure(figsize=(8, 3.4), layout="constrained")
    for number, (form, axes) in enumerate(zip(FORMATS, canvas.subplots(1, 2, sharey=True), strict=True)):
        found = scores_of(stored, chosen_of(stored, form))
        for y, s in enumerate(reversed(found)):
            axes.plot([100 * (s.low or 0), 100 * (s.high or 0)], [y, y], color="#7aa6c2", linewidth=4)
            axes.plot(100 * (s.score or 0), y, "o", color="#1d4e6b", label="ours, 95 % interval" if y == 0 else None)
            axes.plot(published[s.category, s.condition][number], y, "|", color="#c2571a", markersize=16, mew=2,
                      label="published" if y == 0 else None)  # fmt: skip
        axes.set_yticks(range(len(found)), [f"{s.category}, {CONDITIONS[s.condition]}" for s in reversed(found)])
        axes.axvline(0, color="#999999", linewidth=0.8)
        axes.set_title(f"UnifiedQA-11B, {form.upper()} prompts", fontsize=10)
        axes.set_xlabel("bias score x 100")
    canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    file = folder / "bbq.png"
    canvas.savefig(file, dpi=100)
    return [file]
