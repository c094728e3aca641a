"""An audit as tables for the terminal, and as JSON for whatever reads on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.markup import escape
from rich.table import Table

from spanglass_evaluators.contract import WindowJudgement

FLIPS = "identity_flips"
WIDEST = 15
_VERDICTS = {True: "[bold red]beyond tolerance[/]", False: "tolerated", None: "not enough data"}


def flips_table(judged: Sequence[WindowJudgement]) -> Table:
    """A line for each evaluator and axis."""
    table = Table("evaluator", "swapped", "texts", "verdicts that turn", "95 % interval", "", box=None)
    for j in judged:
        if j.method == FLIPS:
            share = "" if j.effect_size is None else f"{j.effect_size:.1%}"
            table.add_row(j.feature, _of(j), f"{j.n:,}", share, _interval(j, "{:.1%}"), escape(j.explanation))
    return table


def gaps_table(judged: Sequence[WindowJudgement]) -> Table:
    """The widest gaps of those with texts enough."""
    table = Table("evaluator", "groups", "texts", "mean gap", "95 % interval", "adjusted p", "verdict", box=None)
    enough = [j for j in judged if j.method != FLIPS and j.drifted is not None]
    for j in sorted(enough, key=lambda j: -abs(j.effect_size or 0))[:WIDEST]:
        p = "" if j.adjusted_p_value is None else f"{j.adjusted_p_value:.2g}"
        gap = f"{j.effect_size or 0:+.3f}"
        table.add_row(j.feature, j.cohort, f"{j.n:,}", gap, _interval(j, "{:+.3f}"), p, _VERDICTS[j.drifted])
    return table


def write_json(judged: Sequence[WindowJudgement], file: Path) -> None:
    """Every row, by the names of WindowJudgement."""
    file.write_bytes(orjson.dumps([asdict(j) for j in judged], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _of(judged: WindowJudgement) -> str:
    return judged.cohort.removesuffix(" swapped")


def _interval(judged: WindowJudgement, form: str) -> str:
    if judged.effect_low is None or judged.effect_high is None:
        return ""
    return f"{form.format(judged.effect_low)} to {form.format(judged.effect_high)}"
