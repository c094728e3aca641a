"""The toxicity model as a span evaluator: `toxicity` judges the answer, `toxicity.input` the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.toxicity.model import MODEL_VERSION, ToxicityModel, ToxicityScore

ASKED = "Kind = 'llm' AND (InputMessages != '' OR Input != '')"


@dataclass(frozen=True, slots=True)
class ToxicitySettings:
    """`threshold`: toxic from this value up; None is the model's own (`spanglass eval calibrate` finds yours)."""

    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class ToxicityConfig:
    """`weights`: digest of the weights file, so that other weights are another configuration."""

    column: str
    weights: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Toxicity:
    """Value: the worst sentence's probability. The explanation says where it stands, not what it says."""

    model: ToxicityModel
    name: str
    column: str
    where: str
    version: str = MODEL_VERSION

    @property
    def config(self) -> ToxicityConfig:
        return ToxicityConfig(self.column, self.model.digest, self.model.threshold)

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        return [_as_judgement(score) for score in self.model.score(batch[self.column])]


def of_output(settings: ToxicitySettings | None = None) -> Toxicity:
    """Judges what the model said. Loads the weights; raises OSError when they are missing."""
    return Toxicity(_model(settings), "toxicity", "output_text", MODEL_ANSWERS)


def of_input(settings: ToxicitySettings | None = None) -> Toxicity:
    """Judges what the user asked (the last user message)."""
    return Toxicity(_model(settings), "toxicity.input", "input_text", ASKED)


def _model(settings: ToxicitySettings | None) -> ToxicityModel:
    threshold = None if settings is None else settings.threshold
    if threshold is not None and not 0 < threshold <= 1:
        raise ConfigurationError(f"evaluators.toxicity: threshold is a probability above 0, not {threshold}")
    model = ToxicityModel.load()
    return model if threshold is None else model.with_threshold(threshold)


def _as_judgement(score: ToxicityScore) -> Judgement:
    if score.value is None:
        return Judgement(None, "unknown")
    return Judgement(score.value, score.label or "", f"worst sentence at characters {score.start} to {score.end}")
