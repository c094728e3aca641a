"""What an evaluator is: columns in, one judgement per row (spans) or per feature (windows) out.

Whatever has these attributes is an evaluator; nothing is inherited. The engine (engine/) reads the columns,
calls `score` or `judge`, and writes the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

TargetKind = Literal["span", "trace", "session"]
"""What one row of a batch is. For "trace" and "session" every column holds a list, over its spans by start time."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an evaluator says of one target. `value` None: it looked and could not tell."""

    value: float | None
    label: str = ""
    explanation: str = ""
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one target could not be judged; stored as a score with an error and no value.

    `retryable`: it may go well next time (a limit of requests, a connection); the engine tries again first.
    An exception with a true attribute `retryable` says the same of a whole batch.
    """

    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Columns of equal length, by the names in the evaluator's `columns` (columns.py lists them)."""

    columns: Mapping[str, Sequence[Any]]
    size: int

    def __getitem__(self, name: str) -> Sequence[Any]:
        return self.columns[name]


class SpanEvaluator(Protocol):
    """Judges spans, a batch at a time. `config` is a dataclass: its digest stands on every score.

    An attribute `target: TargetKind` makes it an evaluator of whole traces or sessions, which it gets once they
    have gone quiet, and again when they have grown; without one it is of spans. `where` then says which of their
    spans it gets: a trace without any is not judged.
    """

    @property
    def name(self) -> str:
        """The name of the score; unique in a process."""
        ...

    @property
    def version(self) -> str:
        """Raise it when the same input would be judged otherwise: old and new scores are then told apart."""
        ...

    @property
    def config(self) -> Any:
        """A dataclass of everything that changes the verdict."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """The columns it needs: names of `spans` columns or derived ones (columns.py)."""
        ...

    @property
    def where(self) -> str:
        """SQL over `spans`: what it can judge. Spans outside it never reach `score`."""
        ...

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        """One result per row, in order. May block. What it raises becomes the failure of every row."""
        ...


def target_of(evaluator: SpanEvaluator) -> TargetKind:
    """What the evaluator judges; spans unless it says otherwise."""
    kind: TargetKind = getattr(evaluator, "target", "span")
    return kind


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of traffic [start, end) in ns since 1970, and its columns; None is what a span does not have.

    A text column may be shorter than the others: a sample of them.
    """

    start_ns: int
    end_ns: int
    columns: Mapping[str, Sequence[Any]]
    size: int


@dataclass(frozen=True, slots=True)
class WindowJudgement:
    """What a window evaluator says of one feature. The fields are the columns of `window_scores`."""

    feature: str
    method: str
    n: int
    reference_n: int
    cohort: str = ""
    statistic: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    effect_size: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    threshold: float | None = None
    drifted: bool | None = None
    """None: not enough data to tell."""
    explanation: str = ""
    error: str = ""
    ratio: float | None = None
    """Gaps between groups only, like those below: first group over second."""
    ratio_low: float | None = None
    ratio_high: float | None = None
    within_effect: float | None = None
    """`effect_size` with the mix of strata held fixed."""
    within_low: float | None = None
    within_high: float | None = None
    is_reversed: bool | None = None
    """Within strata the effect has the other sign. None: there are no strata."""


class WindowEvaluator(Protocol):
    """Judges a window, against a reference where there is one. Pure: no I/O, no clock, seeded randomness."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def config(self) -> Any: ...
    @property
    def columns(self) -> Sequence[str]:
        """The columns it needs of each window."""
        ...

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One result per feature or pair of groups. What it raises becomes one failure row for the run."""
        ...
