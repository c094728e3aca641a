"""The toxicity evaluators there are. Imports wait until one is built."""

from __future__ import annotations

from functools import partial

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.registration import Options, Registration, configured
from spanglass_evaluators.toxicity.labels import LABELS


def _toxicity(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.toxicity.evaluator import ToxicitySettings, of_output

    return of_output(configured(ToxicitySettings, options, "evaluators.toxicity"))


def _toxicity_input(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.toxicity.evaluator import ToxicitySettings, of_input

    return of_input(configured(ToxicitySettings, options, 'evaluators."toxicity.input"'))


def _detoxify(options: Options, label: str = "") -> SpanEvaluator:
    from spanglass_evaluators.toxicity.detoxify import Detoxify, DetoxifyConfig

    where = f'evaluators."detoxify.{label}"' if label else "evaluators.detoxify"
    return Detoxify(configured(DetoxifyConfig, options, where), label)


REGISTRATIONS = (
    Registration("toxicity", _toxicity),
    Registration("toxicity.input", _toxicity_input, enabled_by_default=False),
    Registration("detoxify", _detoxify, enabled_by_default=False),
    *(Registration(f"detoxify.{label}", partial(_detoxify, label=label), enabled_by_default=False) for label in LABELS),
)
