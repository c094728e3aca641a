"""The safety evaluators there are. Imports wait until one is built."""

from __future__ import annotations

from collections.abc import Callable

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.registration import Options, Registration, configured


def _settings(name: str, config: str, options: Options) -> object:
    from spanglass_evaluators.safety import settings

    return configured(getattr(settings, config), options, f'evaluators."{name}"')


def _built(name: str, builder: str, config: str) -> Callable[[Options], SpanEvaluator]:
    def build(options: Options) -> SpanEvaluator:
        from spanglass_evaluators.safety import evaluators

        evaluator: SpanEvaluator = getattr(evaluators, builder)(name, _settings(name, config, options))
        return evaluator

    return build


def _registered(name: str, builder: str, config: str, *, by_default: bool = False) -> Registration:
    return Registration(name, _built(name, builder, config), enabled_by_default=by_default)


REGISTRATIONS: tuple[Registration, ...] = (
    _registered("pii", "pii", "PiiConfig"),
    _registered("pii.input", "pii", "PiiConfig"),
    _registered("secrets", "secrets", "SecretsConfig", by_default=True),
    _registered("secrets.input", "secrets", "SecretsConfig"),
    _registered("prompt_injection", "prompt_injection", "InjectionConfig", by_default=True),
    _registered("indirect_injection", "indirect_injection", "InjectionConfig"),
    _registered("prompt_leak", "prompt_leak", "LeakConfig"),
    _registered("exfiltration", "exfiltration", "LinksConfig"),
    _registered("unsafe_code", "unsafe_code", "CodeConfig"),
    _registered("topics", "topics", "TopicsConfig"),
    _registered("topics.input", "topics", "TopicsConfig"),
)
