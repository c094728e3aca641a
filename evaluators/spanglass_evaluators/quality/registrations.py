"""The quality evaluators there are. Imports wait until one is built."""

from __future__ import annotations

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.quality.rule import rule_at
from spanglass_evaluators.registration import Options, Registration, configured


def _reference_match(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.reference_match import ReferenceMatch, ReferenceMatchConfig

    return ReferenceMatch(configured(ReferenceMatchConfig, options, "evaluators.reference_match"))


def _refusal(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.refusal import Refusal, RefusalConfig

    return Refusal(configured(RefusalConfig, options, "evaluators.refusal"))


def _over_refusal(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.refusal import OverRefusal, RefusalConfig

    return OverRefusal(configured(RefusalConfig, options, "evaluators.over_refusal"))


REGISTRATIONS = (
    Registration("reference_match", _reference_match),
    Registration("refusal", _refusal),
    Registration("over_refusal", _over_refusal),
    rule_at("grounding.groundedness:RULE", "groundedness"),
    rule_at("grounding.groundedness:TRACE_RULE", "groundedness_of_trace"),
)
