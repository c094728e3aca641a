"""Which windows to compare: from a plan and the time of now to two stretches of traffic. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from spanglass_evaluators.errors import ConfigurationError

_SECOND_NS = 10**9
SEASONS_NS: Mapping[str, int] = {"day": 86_400 * _SECOND_NS, "week": 7 * 86_400 * _SECOND_NS}


@dataclass(frozen=True, slots=True)
class Part:
    """One side of a comparison as configured: a time, a filter (SQL over spans), or both. None: not given.

    season, for a reference: the same hours of the `cycles` days or weeks before, instead of a time (UTC).
    """

    start_ns: int | None = None
    end_ns: int | None = None
    where: str = ""
    season: Literal["", "day", "week"] = ""
    cycles: int = 1

    @property
    def has_times(self) -> bool:
        return self.start_ns is not None or self.end_ns is not None


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What is compared with what, how often.

    current: its own times, or the last `window_s` before `anchor` (now, or the newest span there is).
    reference: its own times; or the season's; or, with a filter alone, the times of the current window; or the
    `window_s` before it. `chunk_s` or `chunk_rows` cut the current window into parts that are judged one by one
    (chunks.py). `by` splits the traffic by a column, each part judged by itself; `label` is written into the
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
    chunk_s: float = 0
    chunk_rows: int = 0
    by: str = ""
    max_rows: int = 100_000
    text_rows: int = 1_000

    def __post_init__(self) -> None:
        """Raises ConfigurationError."""
        if self.reference.season and (self.reference.season not in SEASONS_NS or self.reference.cycles < 1):
            raise ConfigurationError('reference.season is "day" or "week", over at least one of reference.cycles')
        if self.chunk_s and self.chunk_rows:
            raise ConfigurationError("use chunk or chunk_rows, not both")
        if self.chunk_rows and self.current.start_ns is None:
            raise ConfigurationError("chunk_rows counts from somewhere: set current.start")


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
    current = current_of(plan, end_ns)
    return reference_of(plan, current, current), current


def current_of(plan: WindowPlan, end_ns: int) -> Bounds:
    """The current window. Raises ConfigurationError."""
    return _bounds(plan.current, end_ns - int(plan.window_s * _SECOND_NS), end_ns, plan.where)


def reference_of(plan: WindowPlan, current: Bounds, chunk: Bounds) -> Bounds:
    """What `chunk`, a part of `current` or all of it, is compared with. Raises ConfigurationError."""
    if plan.reference.season:
        return _same_hours(plan, chunk)
    if plan.reference.where and not plan.reference.has_times:
        start, end = chunk.start_ns, chunk.end_ns
    else:
        start, end = current.start_ns - (current.end_ns - current.start_ns), current.start_ns
    return _bounds(plan.reference, start, end, plan.where)


def _same_hours(plan: WindowPlan, chunk: Bounds) -> Bounds:
    period, length = SEASONS_NS[plan.reference.season], chunk.end_ns - chunk.start_ns
    if length > period:
        raise ConfigurationError(f"a window longer than a {plan.reference.season} has no same hours a cycle before")
    first = chunk.start_ns - plan.reference.cycles * period
    whole = _bounds(replace(plan.reference, start_ns=first, end_ns=chunk.end_ns - period), 0, 0, plan.where)
    if length == period:
        return whole
    hours = f"(toUnixTimestamp64Nano(Timestamp) - {first}) % {period} < {length}"
    return replace(whole, where=f"{whole.where} AND {hours}")


def _bounds(part: Part, start_ns: int, end_ns: int, where: str) -> Bounds:
    start = start_ns if part.start_ns is None else part.start_ns
    end = end_ns if part.end_ns is None else part.end_ns
    if end <= start:
        raise ConfigurationError(f"a window must end after it starts; got start {start} and end {end} (ns)")
    clauses = [f"({clause})" for clause in (where, part.where) if clause]
    return Bounds(start, end, " AND ".join(clauses) or "1")
