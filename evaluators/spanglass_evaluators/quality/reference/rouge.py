"""ROUGE F1 of an answer against its references, by rouge-score (Google's rewrite of Lin 2004)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.reference import DECLARES_REFERENCE
from spanglass_evaluators.quality.reference.tokens import references_of
from spanglass_evaluators.quality.rule import Rule

VARIANTS = ("rouge1", "rouge2", "rougeL")
_READ_CHARS = 5_000  # the longest common subsequence takes time with the product of both lengths


@dataclass(frozen=True, slots=True)
class RougeConfig:
    """`variant`: which is the value; all three stand in the explanation. `stem`: Porter's, English."""

    variant: str = "rougeL"
    stem: bool = False

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise ConfigurationError(f"variant = {self.variant!r}: use one of {', '.join(VARIANTS)}")


@lru_cache(maxsize=2)
def _scorer(stem: bool) -> Any:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise ConfigurationError("rouge needs rouge-score: pip install 'spanglass[overlap]'") from error
    return RougeScorer(list(VARIANTS), use_stemmer=stem)


def judge_rouge(config: RougeConfig, answer: str, reference: str) -> Judgement:
    """The best of several references by the chosen variant."""
    found = _scorer(config.stem).score_multi([r[:_READ_CHARS] for r in references_of(reference)], answer[:_READ_CHARS])
    scores = {name: float(one.fmeasure) for name, one in found.items()}
    return Judgement(scores[config.variant], "", ", ".join(f"{name} {value:.3f}" for name, value in scores.items()))


RULE = Rule("rouge", judge_rouge, columns=("output_text", "reference"), config=RougeConfig, where=DECLARES_REFERENCE)
