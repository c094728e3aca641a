"""The quality evaluators there are. Imports wait until one is built."""

from __future__ import annotations

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.registration import Options, Registration, configured


def _reference_match(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.reference_match import ReferenceMatch, ReferenceMatchConfig

    return ReferenceMatch(configured(ReferenceMatchConfig, options, "evaluators.reference_match"))


def _refusal(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.refusal import Refusal, RefusalConfig

    return Refusal(configured(RefusalConfig, options, "evaluators.refusal"))


REGISTRATIONS = (
    Registration("reference_match", _reference_match),
    Registration("refusal", _refusal),
)
