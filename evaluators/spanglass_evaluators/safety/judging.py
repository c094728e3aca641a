"""What a check finds, as an evaluator's judgement: the surest finding, the kinds, and the places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.safety.finding import NOTHING, Finding, described, label_of
from spanglass_evaluators.safety.owasp import owasp_of

Cells = Callable[..., Sequence[Finding] | None]
"""The cells of one row, by position in `columns` -> findings; None where there is nothing to look at."""


@dataclass(frozen=True, slots=True)
class Safety:
    """Value: the highest confidence, 0 when nothing was found. The explanation holds places, never text."""

    name: str
    version: str
    config: Any
    columns: tuple[str, ...]
    where: str
    find: Cells

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        entry = owasp_of(self.name)
        rows = zip(*(batch[name] for name in self.columns), strict=True)
        return [as_judgement(self.find(*row), entry) for row in rows]


def as_judgement(found: Sequence[Finding] | None, entry: str) -> Judgement:
    """`entry`: of the OWASP list, put before the places."""
    if found is None:
        return Judgement(None, "unknown")
    confidence = max((one.confidence for one in found), default=0.0)
    sure = [one for one in found if one.kind != NOTHING]
    places = described(sure)
    return Judgement(confidence, label_of(sure), f"{entry}: {places}" if entry and sure else places)
