"""What an on-call engineer looks at first. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from typing import Any

from spanglass_dashboards import statements, variables
from spanglass_dashboards.panel import (
    Panel,
    Row,
    lay_out,
    stat,
    table,
    timeseries,
    traces,
    with_link,
    with_thresholds,
)

UID = "spanglass-overview"
# The thresholds of the shipped alert rules of the same meaning; a test holds them together.
ERROR_RATE_THRESHOLD = 0.10
TOXIC_SHARE_THRESHOLD = 0.05

_KEPT = "&".join(f"${{{name}:queryparam}}" for name in ("datasource", "project", "service", "environment", "model"))
_TRACE_URL = f"/d/{UID}?${{__url_time_range}}&{_KEPT}&var-trace_id=${{__value.raw}}"


def overview() -> dict[str, Any]:
    """The dashboard's JSON."""
    return {
        "id": None,
        "uid": UID,
        "title": "Spanglass overview",
        "description": "Golden signals, cost, judgements, drift, gaps and alerts of LLM traffic.",
        "tags": ["spanglass", "llm"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [],
        "annotations": {"list": []},
        "templating": {"list": _variables()},
        "panels": lay_out((_signals(), _traffic(), _cost(), _judgements(), _comparisons(), _action())),
    }


def _sql(name: str) -> str:
    return statements.load("overview", name)


def _variables() -> list[dict[str, Any]]:
    return [
        variables.datasource(),
        variables.query("project", "Project", _sql("variable_project"), with_all=False),
        variables.query("service", "Service", _sql("variable_service"), with_all=True),
        variables.query("environment", "Environment", _sql("variable_environment"), with_all=True),
        variables.query("model", "Model", _sql("variable_model"), with_all=True),
        variables.textbox("trace_id", "Trace"),
    ]


def _signals() -> Row:
    calls = stat(
        "Model calls",
        "Calls of models in the range: chat, embeddings, rerankers.",
        _sql("calls"),
        unit="short",
    )
    errors = stat(
        "Error rate",
        "Share of model calls that ended in an error. Red where the shipped alert llm-error-rate would fire.",
        _sql("error_rate"),
        unit="percentunit",
    )
    latency = stat("Latency p95", "95th percentile of a model call's duration.", _sql("latency_p95"), unit="ns")
    cost = stat(
        "Cost",
        "What the priced calls cost. Unpriced calls are not in it: see beside.",
        _sql("cost_total"),
        unit="currencyUSD",
    )
    unpriced = stat(
        "Unpriced calls",
        "Calls whose cost is unknown: no known price for the model, or no token counts. They are not free.",
        _sql("unpriced_calls"),
        unit="short",
    )
    firing = stat(
        "Firing alerts", "Alerts that are firing now, whatever the range.", _sql("firing_count"), unit="short"
    )
    return Row(
        "Now",
        (
            calls,
            with_thresholds(errors, warning=ERROR_RATE_THRESHOLD),
            latency,
            cost,
            unpriced,
            with_thresholds(firing, warning=1),
        ),
    )


def _traffic() -> Row:
    return Row(
        "Traffic",
        (
            timeseries(
                "Calls a minute by model",
                "Model calls a minute.",
                _sql("traffic"),
                unit="cpm",
                width=12,
                stacked=True,
            ),
            timeseries(
                "Errors by type",
                "Failed model calls in each interval, by error type, else by status message.",
                _sql("errors_by_type"),
                unit="short",
                width=12,
                stacked=True,
            ),
            timeseries("Latency", "Quantiles of a model call's duration.", _sql("latency"), unit="ns", width=12),
            timeseries(
                "Time to first token",
                "Quantiles of the wait for the first token, of the calls that streamed.",
                _sql("time_to_first_token"),
                unit="ns",
                width=12,
            ),
        ),
    )


def _cost() -> Row:
    columns = {"Cost": "currencyUSD", "Error rate": "percentunit"}
    return Row(
        "Tokens and cost",
        (
            timeseries(
                "Tokens a minute",
                "Input includes cached tokens, output includes reasoning.",
                _sql("tokens"),
                unit="short",
                width=12,
                stacked=True,
            ),
            timeseries(
                "Cost an hour by model",
                "The rate at which money is spent. Models without a known price are not drawn.",
                _sql("cost"),
                unit="currencyUSD",
                width=12,
                stacked=True,
            ),
            table(
                "Models by cost",
                "Cost is unknown where no call of the model has a price.",
                _sql("models_by_cost"),
                width=12,
                units=columns,
            ),
            table(
                "Users by cost",
                "The users whose calls cost most. Cost is unknown where no call of theirs has a price.",
                _sql("users_by_cost"),
                width=12,
                units=columns,
            ),
        ),
    )


def _judgements() -> Row:
    toxic = timeseries(
        "Toxic share",
        "Share of judged texts labelled toxic. The line is the threshold of the shipped alert toxic-answers. "
        "Judgements are chosen by project and time alone.",
        _sql("toxic_share"),
        unit="percentunit",
        width=12,
    )
    return Row(
        "Judgements",
        (
            timeseries(
                "Scores by evaluator",
                "Mean of each score, by the time of what was judged. Chosen by project and time alone.",
                _sql("scores"),
                unit="short",
                width=12,
            ),
            with_thresholds(toxic, warning=TOXIC_SHARE_THRESHOLD),
        ),
    )


def _comparisons() -> Row:
    return Row(
        "Drift and groups",
        (
            table(
                "Drift",
                "The newest comparison of each feature with its reference: verdict, effect, certainty.",
                _sql("drift"),
                width=12,
            ),
            table(
                "Gaps between groups",
                "The newest gap of each score between cohorts, with its interval and what is tolerated.",
                _sql("group_gaps"),
                width=12,
            ),
        ),
    )


def _action() -> Row:
    return Row(
        "To act on",
        (
            _linked(
                table(
                    "Alerts",
                    "Alerts that are pending or firing, whatever the range.",
                    _sql("firing_alerts"),
                    width=12,
                )
            ),
            _linked(
                table(
                    "Recent bad traces",
                    "Traces with an error, or with a toxic, refused or wrong answer; newest first.",
                    _sql("bad_traces"),
                    width=12,
                )
            ),
            traces("Trace", "The trace whose id is in the box above, or was clicked in a table.", _sql("trace")),
        ),
    )


def _linked(panel: Panel) -> Panel:
    return with_link(panel, "TraceId", "Show this trace below", _TRACE_URL)
