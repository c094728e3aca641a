"""The toxicity evaluators there are. Imports wait until one is built."""

from __future__ import annotations

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.registration import Options, Registration, without_options


def _toxicity(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.toxicity.evaluator import of_output

    without_options(options, "evaluators.toxicity")
    return of_output()


def _toxicity_input(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.toxicity.evaluator import of_input

    without_options(options, 'evaluators."toxicity.input"')
    return of_input()


REGISTRATIONS = (
    Registration("toxicity", _toxicity),
    Registration("toxicity.input", _toxicity_input, enabled_by_default=False),
)
