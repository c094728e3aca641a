"""One measured figure: what was measured on what, what came out, and what it should be compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the report. `reference` is a published or recomputed figure, `reference_is` says which.

    `low` and `high`: the 95 % interval of `value`. `n`: how many rows it was measured on.
    """

    evaluator: str
    data: str
    metric: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    reference_is: str = ""
    note: str = ""


_HEAD = ("evaluator", "data", "metric", "ours", "95 % interval", "reference", "n", "note")


def as_markdown(measured: Iterable[Measured]) -> str:
    """A Markdown table, figures to three digits."""
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    lines.extend(_line(_cells(m)) for m in measured)
    return "\n".join(lines) + "\n"


def _cells(m: Measured) -> tuple[str, ...]:
    interval = "" if m.low is None or m.high is None else f"{_figure(m.low)} to {_figure(m.high)}"
    reference = "" if m.reference is None else f"{_figure(m.reference)} {m.reference_is}".strip()
    return (m.evaluator, m.data, m.metric, _figure(m.value), interval, reference, f"{m.n:,}", m.note)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
