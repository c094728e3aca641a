"""What is measured of each answer: speed by the clock, quality by our own evaluators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from spanglass_app.compare.prompt import Prompt
from spanglass_app.compare.variant import Answer, Variant
from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.quality.reference_match import ReferenceMatch
from spanglass_evaluators.quality.refusal import Refusal
from spanglass_evaluators.toxicity import evaluator as toxicity

Column = list[float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """`better`: +1 when more is better, -1 when less is, 0 when it is neither."""

    name: str
    unit: str
    better: int


METRICS = (
    Metric("latency", "s", -1),
    Metric("first token", "s", -1),
    Metric("throughput", "tokens/s", +1),
    Metric("output tokens", "", 0),
    Metric("failed", "share", -1),
    Metric("reference match", "share", +1),
    Metric("refused", "share", 0),
    Metric("toxicity", "mean", -1),
)
GAPS = ("reference match", "refused", "toxicity")
"""Metrics whose difference between groups is compared."""


def ask(variant: Variant, prompts: Sequence[Prompt], max_tokens: int, done: Callable[[], None]) -> list[Answer]:
    """One prompt at a time; the first is asked once more before, to warm up. `done` after every answer."""
    variant.answer(prompts[0], max_tokens)
    answers = []
    for prompt in prompts:
        answers.append(variant.answer(prompt, max_tokens))
        done()
    return answers


def measure(prompts: Sequence[Prompt], answers: Sequence[Answer]) -> Mapping[str, Column]:
    """Metric → one number an answer, None where there is none."""
    return {
        "latency": [None if a.error else a.seconds for a in answers],
        "first token": [a.first_token_s for a in answers],
        "throughput": [_per_second(a) for a in answers],
        "output tokens": [None if a.output_tokens is None else float(a.output_tokens) for a in answers],
        "failed": [float(bool(a.error)) for a in answers],
        **_judged(prompts, answers),
    }


def _per_second(answer: Answer) -> float | None:
    known = not answer.error and answer.output_tokens is not None and answer.seconds > 0
    return (answer.output_tokens or 0) / answer.seconds if known else None


def _judged(prompts: Sequence[Prompt], answers: Sequence[Answer]) -> dict[str, Column]:
    columns = {
        "output_text": [answer.text for answer in answers],
        "input_text": [prompt.text for prompt in prompts],
        "reference": [prompt.reference for prompt in prompts],
        "metadata.match": [prompt.match for prompt in prompts],
        "metadata.code_submit": ["" for _ in prompts],
    }
    batch = Batch(columns, len(answers))
    matches = _values(ReferenceMatch().score(batch))
    matches = [value if prompt.reference else None for value, prompt in zip(matches, prompts, strict=True)]
    judged = {
        "reference match": matches,
        "refused": _values(Refusal().score(batch)),
        "toxicity": _values(toxicity.of_output().score(batch)),
    }
    failed = [bool(answer.error) for answer in answers]
    return {
        name: [None if bad else value for value, bad in zip(column, failed, strict=True)]
        for name, column in judged.items()
    }


def _values(judgements: Sequence[Judgement | Failure]) -> Column:
    return [judgement.value if isinstance(judgement, Judgement) else None for judgement in judgements]
