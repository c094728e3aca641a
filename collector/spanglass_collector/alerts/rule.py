"""What a rule is once it is read: a question, a condition on its answers, and how its alerts behave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from spanglass_collector.alerts.question import Question
from spanglass_collector.alerts.source import NOWHERE, Place
from spanglass_collector.alerts.state import DEFAULT_TERMS, Terms

Severity = Literal["critical", "error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "error", "warning", "info")
Scope = Literal["project", "system"]
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, threshold: value > threshold,
    ">=": lambda value, threshold: value >= threshold,
    "<": lambda value, threshold: value < threshold,
    "<=": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a kind of rule makes of its own keys. `window_s` None: the kind has windows of its own, `reach_s` long."""

    question: Question
    op: str
    threshold: float
    meaning: str
    unit: str = ""
    window_s: float | None = 600.0
    reach_s: float = 0.0
    scope: Scope = "project"
    page_per: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to watch. `channels` is None for all of them; `title` says in words what is wrong when it
    fires.
    """

    name: str
    question: Question
    op: str
    threshold: float
    window_s: float
    severity: Severity
    title: str
    kind: str = "threshold"
    terms: Terms = DEFAULT_TERMS
    clear: float | None = None
    """A firing alert goes on until the value is back beyond this; None: the threshold."""
    unit: str = ""
    runbook: str = ""
    channels: tuple[str, ...] | None = None
    no_data_keeps: bool = False
    scope: Scope = "project"
    """`system`: asked once, about Spanglass itself rather than about a project's data."""
    page_per: tuple[str, ...] | None = None
    """Labels that tell pages apart: None: every alert is a page, (): all alerts of the rule are one."""
    inhibited_by: tuple[str, ...] = ()
    """Rules whose firing alert with the same labels explains this one."""
    place: Place = field(default=NOWHERE, repr=False, compare=False)

    def is_breached(self, value: float, *, is_firing: bool = False) -> bool:
        limit = self.clear if is_firing and self.clear is not None else self.threshold
        return OPERATORS[self.op](value, limit)

    @property
    def window(self) -> timedelta:
        return timedelta(seconds=self.window_s)


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A channel as configured; `options` are checked by its kind (channels/)."""

    name: str
    kind: str
    options: Mapping[str, Any]
    severities: tuple[Severity, ...] = SEVERITIES
    place: Place = field(default=NOWHERE, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """A channel as the evaluation sees it. `repeat_s`: a firing page is said again that often, 0 for never."""

    name: str
    severities: Sequence[str] = SEVERITIES
    repeat_s: float = 0.0
