"""The quality evaluators there are. Imports wait until one is built.

On by default is what needs no settings, says something of any traffic and costs less than 50 microseconds a text, or
reads only spans that declare what it needs.
"""

from __future__ import annotations

from spanglass_evaluators.contract import SpanEvaluator, WindowEvaluator
from spanglass_evaluators.quality.rule import rule_at
from spanglass_evaluators.registration import Options, Registration, WindowRegistration, configured


def _reference_match(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.reference_match import ReferenceMatch, ReferenceMatchConfig

    return ReferenceMatch(configured(ReferenceMatchConfig, options, "evaluators.reference_match"))


def _refusal(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.refusal import Refusal, RefusalConfig

    return Refusal(configured(RefusalConfig, options, "evaluators.refusal"))


def _over_refusal(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.refusal import OverRefusal, RefusalConfig

    return OverRefusal(configured(RefusalConfig, options, "evaluators.over_refusal"))


def _semantic_similarity(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.answer.similarity import SimilarityConfig, embedding_of, semantic_similarity

    config = configured(SimilarityConfig, options, "evaluators.semantic_similarity")
    return semantic_similarity(embedding_of(config), config)


def _relevance(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.answer.similarity import SimilarityConfig, embedding_of, relevance

    config = configured(SimilarityConfig, options, "evaluators.relevance")
    return relevance(embedding_of(config), config)


def _classification(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.quality.reference.classification import Classification, ClassificationConfig

    return Classification(configured(ClassificationConfig, options, where))


def _pass_k(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.quality.trajectory.pass_k_window import PassK, PassKConfig

    return PassK(configured(PassKConfig, options, where))


REGISTRATIONS = (
    Registration("reference_match", _reference_match),
    Registration("refusal", _refusal),
    Registration("over_refusal", _over_refusal),
    rule_at("form.truncation:RULE", "truncation", enabled_by_default=True),
    rule_at("form.repetition:RULE", "repetition", enabled_by_default=True),
    rule_at("tools.validity:RULE", "tool_calls", enabled_by_default=True),
    rule_at("trajectory.success:RULE", "task_success"),
    rule_at("tools.loops:RULE", "tool_loops"),
    rule_at("form.format:RULE", "format"),
    rule_at("form.language:RULE", "language"),
    rule_at("form.readability:RULE", "readability"),
    rule_at("grounding.groundedness:RULE", "groundedness"),
    rule_at("grounding.groundedness:TRACE_RULE", "groundedness_of_trace"),
    rule_at("answer.contradiction:RULE", "contradiction"),
    rule_at("answer.completeness:RULE", "completeness"),
    Registration("relevance", _relevance, enabled_by_default=False),
    Registration("semantic_similarity", _semantic_similarity, enabled_by_default=False),
    rule_at("reference.numeric:RULE", "numeric_match"),
    rule_at("reference.tokens:RULE", "token_f1"),
    rule_at("reference.translation:BLEU_RULE", "bleu"),
    rule_at("reference.translation:CHRF_RULE", "chrf"),
    rule_at("reference.translation:TER_RULE", "ter"),
    rule_at("reference.rouge:RULE", "rouge"),
    rule_at("reference.structured:SCHEMA_RULE", "json_schema"),
    rule_at("reference.structured:FIELDS_RULE", "json_fields"),
    rule_at("reference.perplexity:RULE", "perplexity"),
    rule_at("code.runs:RULE", "code_runs"),
    rule_at("retrieval.relevance_labels:PRECISION_RULE", "retrieval_precision"),
    rule_at("retrieval.relevance_labels:RECALL_RULE", "retrieval_recall"),
    rule_at("retrieval.relevance_labels:MRR_RULE", "retrieval_mrr"),
    rule_at("retrieval.relevance_labels:NDCG_RULE", "retrieval_ndcg"),
    rule_at("retrieval.utilisation:RULE", "context_utilisation"),
    rule_at("conversation.sessions:FRUSTRATION_RULE", "user_frustration"),
    rule_at("conversation.sessions:RESOLUTION_RULE", "resolution"),
    rule_at("conversation.sessions:ABANDONMENT_RULE", "abandonment"),
    rule_at("conversation.sessions:REPEATED_RULE", "repeated_questions"),
)

WINDOW_REGISTRATIONS = (
    WindowRegistration("classification", _classification),
    WindowRegistration("pass_k", _pass_k),
)
