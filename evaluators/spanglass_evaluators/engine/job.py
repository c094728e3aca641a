"""An evaluator, which targets it gets, and what it may take."""

from __future__ import annotations

from dataclasses import dataclass, field

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.limits import Limits


@dataclass(frozen=True, slots=True)
class SpanJob:
    """One evaluator of spans, traces or sessions, as configured."""

    evaluator: SpanEvaluator
    selection: Selection = field(default_factory=Selection)
    limits: Limits = field(default_factory=Limits)
