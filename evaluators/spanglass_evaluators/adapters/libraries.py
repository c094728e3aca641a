"""How each library measures one answer. Every function imports its library only when a metric is made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from spanglass_evaluators.adapters.adapted import Measure, MetricSettings, Sample, adapt, made
from spanglass_evaluators.contract import Judgement, SpanEvaluator
from spanglass_evaluators.registration import Options

_INSPECT_GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Inspect's correct, partial, incorrect, no answer, as its own `value_to_float` has them."""


def _autoevals(settings: MetricSettings) -> Measure:
    scorer = made(settings, "autoevals")

    def measure(sample: Sample) -> Judgement:
        known = {"expected": sample.expected} if sample.expected else {}
        score = scorer.eval(sample.answer, input=sample.question, **known, **settings.call)
        if score.error is not None:
            raise score.error
        return Judgement(score.score, explanation=str(score.metadata.get("rationale", "")))

    return measure


def _deepeval(settings: MetricSettings) -> Measure:
    from deepeval.test_case import LLMTestCase

    metric = made(settings, "deepeval.metrics")
    if hasattr(metric, "async_mode"):
        metric.async_mode = False  # an event loop a row costs more than it brings; batches_at_once is for that

    def measure(sample: Sample) -> Judgement:
        documents = [sample.documents] if sample.documents else None
        case = LLMTestCase(
            input=sample.question,
            actual_output=sample.answer,
            expected_output=sample.expected or None,
            context=documents,
            retrieval_context=documents,
        )
        value = metric.measure(case, **_silent(metric))
        label = "pass" if metric.is_successful() else "fail"
        return Judgement(float(value), label, metric.reason or "", getattr(metric, "evaluation_cost", None))

    return measure


def _silent(metric: Any) -> dict[str, bool]:
    """No progress bar in a service's log, where the metric takes that."""
    names = metric.measure.__code__.co_varnames[: metric.measure.__code__.co_argcount]
    return {"_show_indicator": False} if "_show_indicator" in names else {}


def _inspect(settings: MetricSettings) -> Measure:
    from inspect_ai.model import ModelName, ModelOutput
    from inspect_ai.scorer import Target
    from inspect_ai.solver import TaskState

    scorer = made(settings, "inspect_ai.scorer")

    def measure(sample: Sample) -> Judgement:
        state = TaskState(
            model=ModelName("none/none"),
            sample_id=1,
            epoch=1,
            input=sample.question,
            messages=[],
            output=ModelOutput.from_content("none", sample.answer),
        )
        score = asyncio.run(scorer(state, Target(sample.expected)))
        grade = str(score.value)
        value = _INSPECT_GRADES[grade] if grade in _INSPECT_GRADES else float(score.value)
        return Judgement(value, grade if grade in _INSPECT_GRADES else "", score.explanation or "")

    return measure


def _ragas(settings: MetricSettings) -> Measure:
    from ragas.dataset_schema import SingleTurnSample

    metric = made(settings, "ragas.metrics")

    def measure(sample: Sample) -> Judgement:
        documents = [sample.documents] if sample.documents else None
        turn = SingleTurnSample(
            user_input=sample.question,
            response=sample.answer,
            reference=sample.expected or None,
            retrieved_contexts=documents,
        )
        return Judgement(float(asyncio.run(metric.single_turn_ascore(turn))))

    return measure


def _evidently(settings: MetricSettings) -> Measure:
    """A descriptor of one column: of the answer, unless `arguments` has a `column_name` (question, expected)."""
    import pandas
    from evidently import DataDefinition, Dataset

    named = {"column_name": "answer", **settings.arguments, "alias": "value"}
    descriptor = made(
        MetricSettings(settings.kind, settings.metric, named, settings.call, settings.where), "evidently.descriptors"
    )

    def measure(sample: Sample) -> Judgement:
        row = {"question": sample.question, "answer": sample.answer, "expected": sample.expected}
        definition = DataDefinition(text_columns=list(row))
        data = Dataset.from_pandas(pandas.DataFrame([row]), data_definition=definition, descriptors=[descriptor])
        found = data.as_dataframe()["value"].iloc[0]
        return Judgement(None, label=found) if isinstance(found, str) else Judgement(float(found))

    return measure


_MAKERS: Mapping[str, tuple[str, Callable[[MetricSettings], Measure]]] = {
    "autoevals": ("autoevals", _autoevals),
    "deepeval": ("deepeval", _deepeval),
    "inspect": ("inspect-ai", _inspect),
    "ragas": ("ragas", _ragas),
    "evidently": ("evidently", _evidently),
}


def build(options: Options, name: str) -> SpanEvaluator:
    """The evaluator of a table with one of the kinds. Raises ConfigurationError."""
    library, make = _MAKERS[options["kind"]]
    return adapt(options, name, library, make)
