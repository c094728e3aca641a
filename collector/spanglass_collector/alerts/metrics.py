"""The metrics a rule may name. Each is an aggregate over spans or scores; queries/metric.sql.j2 asks for one
window, queries/anomaly.sql.j2 for a series.

`columns` maps what a rule may filter by and group by to the expression behind it: names from a
configuration file reach SQL only through this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from spanglass_collector.errors import ConfigurationError

_MODEL = "if(ResponseModel != '', ResponseModel, RequestModel)"
SPAN_COLUMNS = {
    "ServiceName": "ServiceName",
    "Environment": "Environment",
    "Release": "Release",
    "Kind": "Kind",
    "Provider": "Provider",
    "Model": _MODEL,
    "ModelVersion": "ModelVersion",
    "PromptName": "PromptName",
    "PromptVersion": "PromptVersion",
    "AgentName": "AgentName",
    "UserId": "UserId",
    "ErrorType": "ErrorType",
}
SCORE_COLUMNS = {name: name for name in ("Evaluator", "EvaluatorVersion", "ConfigDigest", "Source", "TargetKind")}

_FAILED = "groupUniqArrayIf(3)(TraceId, StatusCode = 'Error')"


def _largest(expression: str) -> str:
    return f"arrayMap(pair -> pair.2, groupArraySorted(3)((-toFloat64(ifNull({expression}, 0)), TraceId)))"


@dataclass(frozen=True, slots=True)
class Metric:
    """One named metric. `arguments` follow its name after colons: `score_share:toxicity:toxic`.

    `value` is the aggregate, `counted` what `min_count` counts, `traces` the traces that show it, `details` what else
    an alert says. `missing` is the value of a stretch without data: 0 for sums, None where nothing was measured.
    """

    name: str
    source: Literal["spans", "scores"]
    unit: str
    meaning: str
    value: str
    traces: str
    counted: str = "count()"
    details: Mapping[str, str] | None = None
    where: str = ""
    arguments: tuple[str, ...] = ()
    missing: float | None = None

    @property
    def columns(self) -> Mapping[str, str]:
        return SPAN_COLUMNS if self.source == "spans" else SCORE_COLUMNS

    @property
    def spelling(self) -> str:
        return ":".join((self.name, *(f"<{argument}>" for argument in self.arguments)))


_LABELLED = "countIf(Label = {label:String})"
METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "error_rate",
            "spans",
            "share",
            "model calls that ended in an error",
            "countIf(StatusCode = 'Error') / count()",
            _FAILED,
            # The type alone: a provider's message may quote the prompt, and pages carry no prompt text.
            details={
                "errors": "countIf(StatusCode = 'Error')",
                "error_types": "topKIf(3)(if(ErrorType != '', ErrorType, 'unknown'), StatusCode = 'Error')",
            },
        ),
        Metric(
            "latency_p95_s",
            "spans",
            "s",
            "95th percentile of a call's duration",
            "quantileTDigest(0.95)(Duration) / 1e9",
            _largest("Duration"),
            details={"slowest_s": "max(Duration) / 1e9"},
        ),
        Metric(
            "time_to_first_token_p95_s",
            "spans",
            "s",
            "95th percentile of the time to the first token of a streamed call",
            "quantileTDigest(0.95)(TimeToFirstToken) / 1e9",
            _largest("TimeToFirstToken"),
            counted="count(TimeToFirstToken)",
        ),
        Metric("calls", "spans", "calls", "model calls", "toFloat64(count())", "groupUniqArray(3)(TraceId)", missing=0),
        Metric(
            "cost_usd",
            "spans",
            "USD",
            "what priced model calls cost together",
            "sum(CostUsd)",
            _largest("CostUsd"),
            counted="count(CostUsd)",
            details={"unpriced_calls": "countIf(CostUsd IS NULL)"},
            missing=0,
        ),
        Metric(
            "input_tokens",
            "spans",
            "tokens",
            "input tokens of model calls",
            "toFloat64(sum(InputTokens))",
            _largest("InputTokens"),
            counted="count(InputTokens)",
            missing=0,
        ),
        Metric(
            "output_tokens",
            "spans",
            "tokens",
            "output tokens of model calls",
            "toFloat64(sum(OutputTokens))",
            _largest("OutputTokens"),
            counted="count(OutputTokens)",
            missing=0,
        ),
        Metric(
            "unpriced_share",
            "spans",
            "share",
            "successful model calls without a known price",
            "countIf(CostUsd IS NULL) / count()",
            "groupUniqArrayIf(3)(TraceId, CostUsd IS NULL)",
            details={"unpriced_models": f"topKIf(3)({_MODEL}, CostUsd IS NULL)"},
            where="StatusCode != 'Error'",
        ),
        Metric(
            "score_mean",
            "scores",
            "score",
            "mean of a score",
            "avg(Value)",
            "",
            counted="count(Value)",
            where="Name = {score:String} AND Error = '' AND Value IS NOT NULL",
            arguments=("score",),
        ),
        Metric(
            "score_share",
            "scores",
            "share",
            "judgements of a score that carry a label",
            f"{_LABELLED} / count()",
            "groupUniqArrayIf(3)(TraceId, Label = {label:String})",
            details={"labelled": _LABELLED},
            where="Name = {score:String} AND Error = ''",
            arguments=("score", "label"),
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
