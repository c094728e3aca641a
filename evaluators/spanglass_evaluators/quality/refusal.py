"""Scores 1 when the model declined to answer, 0 when it complied; patterns over an answer's beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.refusal_patterns import find_refusal


@dataclass(frozen=True, slots=True)
class RefusalConfig:
    """`opening_chars`: how much of the answer is read; a refusal comes first."""

    opening_chars: int = 320


@dataclass(frozen=True, slots=True)
class Refusal:
    """The evaluator; what it measured is in docs/evaluators/refusal.md."""

    config: RefusalConfig = RefusalConfig()
    name: str = "refusal"
    version: str = "1"
    columns: tuple[str, ...] = ("output_text",)
    where: str = MODEL_ANSWERS

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        return [self._judge(answer) for answer in batch["output_text"]]

    def _judge(self, answer: str) -> Judgement:
        if not answer.strip():
            return Judgement(None, "empty")
        found = find_refusal(answer, self.config.opening_chars)
        return Judgement(1.0, "refused", found) if found else Judgement(0.0, "answered")
