"""The metrics a threshold rule may name, each one SQL template in queries/.

`columns` maps what a rule may filter by and group by to the expression behind it: names from a
configuration file reach SQL only through this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spanglass_collector.errors import ConfigurationError

_SPAN_COLUMNS = {
    "ServiceName": "ServiceName",
    "Environment": "Environment",
    "Release": "Release",
    "Kind": "Kind",
    "Provider": "Provider",
    "Model": "if(ResponseModel != '', ResponseModel, RequestModel)",
    "ModelVersion": "ModelVersion",
    "PromptName": "PromptName",
    "PromptVersion": "PromptVersion",
    "AgentName": "AgentName",
    "UserId": "UserId",
    "ErrorType": "ErrorType",
}
_SCORE_COLUMNS = {name: name for name in ("Evaluator", "EvaluatorVersion", "ConfigDigest", "Source", "TargetKind")}


@dataclass(frozen=True, slots=True)
class Metric:
    """One named metric. `arguments` follow its name after colons: `score_share:toxicity:toxic`."""

    name: str
    template: str
    unit: str
    meaning: str
    columns: Mapping[str, str]
    arguments: tuple[str, ...] = ()

    @property
    def spelling(self) -> str:
        return ":".join((self.name, *(f"<{argument}>" for argument in self.arguments)))


METRICS = {
    metric.name: metric
    for metric in (
        Metric("error_rate", "error_rate.sql.j2", "share", "model calls that ended in an error", _SPAN_COLUMNS),
        Metric(
            "latency_p95_s",
            "latency_p95_s.sql.j2",
            "s",
            "95th percentile of a call's duration",
            _SPAN_COLUMNS,
        ),
        Metric("cost_usd", "cost_usd.sql.j2", "USD", "what priced model calls cost together", _SPAN_COLUMNS),
        Metric(
            "unpriced_share",
            "unpriced_share.sql.j2",
            "share",
            "successful model calls without a known price",
            _SPAN_COLUMNS,
        ),
        Metric("score_mean", "score_mean.sql.j2", "score", "mean of a score", _SCORE_COLUMNS, ("score",)),
        Metric(
            "score_share",
            "score_share.sql.j2",
            "share",
            "judgements of a score that carry a label",
            _SCORE_COLUMNS,
            ("score", "label"),
        ),
    )
}


def find_metric(text: str) -> tuple[Metric, dict[str, str]]:
    """`name[:argument…]` as a metric and its arguments. Raises ConfigurationError with the spellings there
    are.
    """
    name, *given = text.split(":", 2)
    metric = METRICS.get(name)
    if metric is None or len(given) != len(metric.arguments) or not all(given):
        known = ", ".join(m.spelling for m in METRICS.values())
        raise ConfigurationError(f"{text!r} is no metric: use one of {known}")
    return metric, dict(zip(metric.arguments, given, strict=True))
