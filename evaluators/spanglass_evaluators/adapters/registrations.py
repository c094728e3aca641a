"""The kinds of `[evaluators.NAME]` that run another library's metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.registration import Options


def _adapted(options: Options, name: str) -> SpanEvaluator:
    from spanglass_evaluators.adapters.libraries import build

    return build(options, name)


KINDS: Mapping[str, Callable[[Options, str], SpanEvaluator]] = dict.fromkeys(
    ("autoevals", "deepeval", "inspect", "ragas", "evidently"), _adapted
)
