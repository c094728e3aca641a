"""Which windows to compare: from a plan and the time of now to two stretches of traffic. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spanglass_evaluators.errors import ConfigurationError

_SECOND_NS = 10**9


@dataclass(frozen=True, slots=True)
class Part:
    """One side of a comparison as configured: a time, a filter (SQL over spans), or both. None: not given."""

    start_ns: int | None = None
    end_ns: int | None = None
    where: str = ""

    @property
    def has_times(self) -> bool:
        return self.start_ns is not None or self.end_ns is not None


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What is compared with what, how often.

    current: its own times, or the last `window_s` before `anchor` (now, or the newest span there is).
    reference: its own times; or, with a filter alone, the times of the current window; or the `window_s`
    before it. `by` splits the traffic by a column, each part judged by itself; `label` is written into the
    cohort.
    """

    label: str = ""
    where: str = "Kind = 'llm'"
    project: str = ""
    window_s: float = 86_400
    every_s: float = 3_600
    anchor: Literal["now", "latest"] = "now"
    current: Part = Part()
    reference: Part = Part()
    by: str = ""
    max_rows: int = 100_000
    text_rows: int = 1_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """A resolved side: spans that start in [start_ns, end_ns) and satisfy `where`."""

    start_ns: int
    end_ns: int
    where: str


def resolve(plan: WindowPlan, end_ns: int) -> tuple[Bounds, Bounds]:
    """(reference, current). `end_ns` is where a window without times of its own ends.

    Raises ConfigurationError for a window that ends before it starts.
    """
    length_ns = int(plan.window_s * _SECOND_NS)
    current = _bounds(plan.current, end_ns - length_ns, end_ns, plan.where)
    if plan.reference.where and not plan.reference.has_times:
        start, end = current.start_ns, current.end_ns
    else:
        start, end = current.start_ns - (current.end_ns - current.start_ns), current.start_ns
    return _bounds(plan.reference, start, end, plan.where), current


def _bounds(part: Part, start_ns: int, end_ns: int, where: str) -> Bounds:
    start = start_ns if part.start_ns is None else part.start_ns
    end = end_ns if part.end_ns is None else part.end_ns
    if end <= start:
        raise ConfigurationError(f"a window must end after it starts; got start {start} and end {end} (ns)")
    clauses = [f"({clause})" for clause in (where, part.where) if clause]
    return Bounds(start, end, " AND ".join(clauses) or "1")
