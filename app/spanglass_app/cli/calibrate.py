"""eval calibrate: a threshold for the user's own labelled texts."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from spanglass_app.cli.evaluate import eval_app
from spanglass_app.cli.root import Config, console, explained, settings
from spanglass_evaluators.contract import Batch, Judgement, SpanEvaluator
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.evaluator_settings import built_one

if TYPE_CHECKING:
    from spanglass_evaluators.toxicity.threshold import Share, Threshold

_YES = frozenset({"1", "true", "yes", "toxic", "positive", "bad"})
_NO = frozenset({"0", "false", "no", "ok", "negative", "clean", "not toxic"})


@eval_app.command("calibrate")
def calibrate(
    name: Annotated[str, typer.Argument(help="An evaluator of one text with a threshold: toxicity, detoxify ...")],
    labels: Annotated[Path, typer.Option("--labels", help="CSV with columns text and label (1 or 0, toxic or ok).")],
    max_fpr: Annotated[float, typer.Option("--max-fpr", help="Share of clean texts that may be flagged.")] = 0.01,
    out: Annotated[Path | None, typer.Option("--out", help="Write the TOML there, too.")] = None,
    config: Config = None,
) -> None:
    """Find the lowest threshold that flags few enough clean texts of yours, with its interval, as TOML."""
    from spanglass_evaluators.toxicity.threshold import calibrate_threshold  # statsmodels costs a second

    with explained():
        if not 0 < max_fpr < 1:
            raise ConfigurationError(f"--max-fpr is a share between 0 and 1, not {max_fpr}")
        texts, truth = _read(labels)
        evaluator = built_one(name, settings(config=config).file.get("evaluators", {}))
        values, kept = _scored(evaluator, texts, truth)
        found = calibrate_threshold(values, kept, max_fpr)
        _show(found, skipped=len(texts) - len(kept))
        snippet = _as_toml(name, found)
        if out:
            out.write_text(snippet, encoding="utf-8")
    console.print(f"\n{snippet}", markup=False, highlight=False)


def _read(labels: Path) -> tuple[list[str], list[bool]]:
    with labels.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not {"text", "label"} <= set(rows[0]):
        raise ConfigurationError(f"{labels} needs a head line with the columns text and label, and rows")
    truth = [_truth(row["label"], labels, number) for number, row in enumerate(rows, start=2)]
    return [row["text"] or "" for row in rows], truth


def _truth(label: str | None, labels: Path, number: int) -> bool:
    word = (label or "").strip().lower()
    if word not in _YES | _NO:
        raise ConfigurationError(f"{labels}, row {number}: label {label!r} is none; write 1 or 0, or toxic or ok")
    return word in _YES


def _scored(evaluator: SpanEvaluator, texts: list[str], truth: list[bool]) -> tuple[list[float], list[bool]]:
    """Values and labels of the texts that it can judge."""
    if len(evaluator.columns) != 1:
        raise ConfigurationError(f"{evaluator.name} reads more than one column, and labels have only a text")
    judged = evaluator.score(Batch({evaluator.columns[0]: texts}, len(texts)))
    pairs = [
        (j.value, t) for j, t in zip(judged, truth, strict=True) if isinstance(j, Judgement) and j.value is not None
    ]
    return [value for value, _ in pairs], [positive for _, positive in pairs]


def _show(found: Threshold, skipped: int) -> None:
    table = Table("", "value", "95 % interval", "of", box=None, header_style="dim")
    table.add_row("threshold", f"{found.value:.4f}", f"{found.low:.4f} to {found.high:.4f}", "")
    shares: Sequence[tuple[str, Share]] = (
        ("clean texts flagged", found.false_positives),
        ("positive texts found", found.found),
    )
    for shown, share in shares:
        table.add_row(shown, f"{share.value:.3f}", f"{share.low:.3f} to {share.high:.3f}", str(share.n))
    console.print(table)
    if skipped:
        console.print(f"{skipped} texts were left out: the evaluator cannot judge them")


def _as_toml(name: str, found: Threshold) -> str:
    table = json.dumps(name) if "." in name else name
    return f"[evaluators.{table}]\nthreshold = {found.value:.6f}\n"
