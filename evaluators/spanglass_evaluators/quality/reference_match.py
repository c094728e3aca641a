"""Scores an answer 1 when it matches the reference the app declared for it, else 0.

A span declares its reference as metadata `reference` and, when the default rule does not fit, the rule as
metadata `match`. Rule `accepted` reads metadata `code_submit`, a judge's report, in place of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.matching import NEEDS_NO_REFERENCE, RULES

_DECLARED = "SpanAttributes['spanglass.metadata.reference'] != '' OR SpanAttributes['spanglass.metadata.match'] != ''"
_EXPLANATION_CHARS = 80


@dataclass(frozen=True, slots=True)
class ReferenceMatchConfig:
    """`match`: the rule for spans that name none; one of quality.matching.RULES."""

    match: str = "normalised"

    def __post_init__(self) -> None:
        if self.match not in RULES:
            raise ConfigurationError(f"match = {self.match!r}: use one of {', '.join(RULES)}")


@dataclass(frozen=True, slots=True)
class ReferenceMatch:
    """The evaluator; see the module's text."""

    config: ReferenceMatchConfig = ReferenceMatchConfig()
    name: str = "reference_match"
    version: str = "1"
    columns: tuple[str, ...] = ("output_text", "reference", "metadata.match", "metadata.code_submit")
    where: str = f"Kind = 'llm' AND ({_DECLARED})"

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        columns = (batch[name] for name in self.columns)
        return [self._judge(*row) for row in zip(*columns, strict=True)]

    def _judge(self, answer: str, reference: str, match: str, submission: str) -> Judgement | Failure:
        mode = match or self.config.match
        rule = RULES.get(mode)
        if rule is None:
            return Failure(f"metadata match = {mode!r}: use one of {', '.join(RULES)}")
        if not reference and mode not in NEEDS_NO_REFERENCE:
            return Failure(f"metadata match = {mode!r} needs metadata reference, which is empty")
        try:
            value, label = rule(submission if mode == "accepted" else answer, reference)
        except re.error as error:
            return Failure(f"metadata reference is not a regular expression: {error}")
        return Judgement(value, label, f"{mode}; expected {reference[:_EXPLANATION_CHARS]!r}" if reference else mode)
