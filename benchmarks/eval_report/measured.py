"""One measured figure: what was measured on what, what came out, and what it should be compared with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the report. `reference` is a published or recomputed figure, `reference_is` says which.

    `low` and `high`: the 95 % interval of `value`. `n`: how many rows it was measured on. `tolerance`: how far
    a figure that should be reproduced may lie from `reference`; the report then says whether it does.
    `headline`: one of the few figures of its section that stand on top of the report.
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
    tolerance: float | None = None
    headline: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a figure that is none: a report says what failed instead of "nan"."""
        for name in ("value", "low", "high", "reference"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{self.evaluator}, {self.data}, {self.metric}: {name} is {number}")

    @property
    def reproduced(self) -> bool | None:
        """Whether the reference is met to its precision; None where nothing is to be reproduced."""
        if self.reference is None or self.tolerance is None:
            return None
        return abs(self.value - self.reference) <= self.tolerance + 1e-9


_HEAD = ("evaluator", "data", "metric", "ours", "95 % interval", "reference", "n", "note")


def as_markdown(measured: Iterable[Measured], error: str = "") -> str:
    """A Markdown table, figures to three digits; a last row says what stopped the measuring, if anything did."""
    lines = [line(_HEAD), line(["---"] * len(_HEAD))]
    lines.extend(line(_cells(m)) for m in measured)
    if error:
        lines.append(line(["**ERROR**", *[""] * (len(_HEAD) - 2), error]))
    return "\n".join(lines) + "\n"


def _cells(m: Measured) -> tuple[str, ...]:
    verdict = {True: "(reproduced)", False: "(**differs**)", None: ""}[m.reproduced]
    reference = "" if m.reference is None else f"{figure(m.reference)} {m.reference_is} {verdict}"
    return (m.evaluator, m.data, m.metric, figure(m.value), interval(m), _spaced(reference), f"{m.n:,}", m.note)


def interval(m: Measured) -> str:
    return "" if m.low is None or m.high is None else f"{figure(m.low)} to {figure(m.high)}"


def figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def line(cells: Iterable[str]) -> str:
    """A row of a Markdown table; what would end a cell or the row is taken out."""
    return f"| {' | '.join(_spaced(cell).replace('|', '&#124;') for cell in cells)} |"


def _spaced(cell: str) -> str:
    return " ".join(cell.split())
