"""What an on-call engineer looks at first. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, thresholds
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import with_steps, with_thresholds

_sql = partial(statements.load, "overview")
_FRAME = Frame(
    links.OVERVIEW,
    "Spanglass overview",
    "Golden signals, cost, judgements, drift, gaps and alerts of LLM traffic.",
    refresh="30s",
)


def overview() -> dict[str, Any]:
    """The dashboard's JSON."""
    rows = (_signals(), _traffic(), _cost(), _judgements(), _comparisons(), _action())
    return dashboard(_FRAME, rows)


def _signals() -> Row:
    calls = stat(
        "Model calls",
        "Calls of models in the range: chat, embeddings, rerankers.",
        _sql("calls"),
        unit="short",
        width=3,
    )
    errors = stat(
        "Error rate",
        "Share of model calls that ended in an error. Red where the shipped alert llm-error-rate would fire.",
        _sql("error_rate"),
        unit="percentunit",
        width=3,
    )
    latency = stat(
        "Latency p95",
        "95th percentile of a model call's duration. Red where the shipped alert llm-latency would fire.",
        _sql("latency_p95"),
        unit="ns",
        width=3,
    )
    first_token = stat(
        "First token p95",
        "95th percentile of the wait for the first token, of the calls that streamed.",
        _sql("time_to_first_token_p95"),
        unit="ns",
        width=3,
    )
    cost = stat(
        "Cost",
        "What the priced calls cost. Unpriced calls are not in it: see beside.",
        _sql("cost_total"),
        unit="currencyUSD",
        width=3,
    )
    burn = stat(
        "Burn rate",
        "Cost of the newest hour of the range, in USD an hour.",
        _sql("burn_rate"),
        unit="currencyUSD",
        width=3,
    )
    unpriced = stat(
        "Unpriced calls",
        "Calls whose cost is unknown: no known price for the model, or no token counts. They are not free.",
        _sql("unpriced_calls"),
        unit="short",
        width=3,
    )
    firing = stat(
        "Firing alerts", "Alerts that are firing now, whatever the range.", _sql("firing_count"), unit="short", width=3
    )
    return Row(
        "Now",
        (
            links.drill_down(calls, links.TRACES, "Their traces"),
            with_thresholds(errors, warning=thresholds.of("llm-error-rate")),
            with_thresholds(latency, warning=thresholds.of("llm-latency") * 1e9),
            first_token,
            links.drill_down(cost, links.COST, "Who causes it"),
            links.drill_down(burn, links.COST, "Who causes it"),
            with_steps(unpriced, (None, "text"), (1, "yellow")),
            with_thresholds(firing, warning=1),
        ),
    )


def _traffic() -> Row:
    return Row(
        "Traffic",
        (
            from_zero(
                timeseries(
                    "Calls a minute by model", "Model calls a minute.", _sql("traffic"), unit="cpm", stacking="normal"
                )
            ),
            from_zero(
                timeseries(
                    "Errors by type",
                    "Failed model calls in each interval, by error type, else by status message.",
                    _sql("errors_by_type"),
                    unit="short",
                    stacking="normal",
                )
            ),
            from_zero(timeseries("Latency", "Quantiles of a model call's duration.", _sql("latency"), unit="ns")),
            from_zero(
                timeseries(
                    "Time to first token",
                    "Quantiles of the wait for the first token, of the calls that streamed.",
                    _sql("time_to_first_token"),
                    unit="ns",
                )
            ),
        ),
    )


def _cost() -> Row:
    columns = {"Cost": "currencyUSD", "Error rate": "percentunit"}
    models = table(
        "Models by cost",
        "Cost is unknown where no call of the model has a price.",
        _sql("models_by_cost"),
        units=columns,
        width=8,
    )
    prompts = table(
        "Prompts by cost",
        "By name and version, as spans give them. Cost is unknown where no call has a price.",
        _sql("prompts_by_cost"),
        units=columns,
        width=8,
    )
    users = table(
        "Users by cost",
        "The users whose calls cost most. Cost is unknown where no call of theirs has a price.",
        _sql("users_by_cost"),
        units={"Cost": "currencyUSD"},
        width=8,
    )
    return Row(
        "Tokens and cost",
        (
            from_zero(
                timeseries(
                    "Tokens a minute",
                    "Input includes cached tokens, output includes reasoning.",
                    _sql("tokens"),
                    unit="short",
                    stacking="normal",
                )
            ),
            from_zero(
                timeseries(
                    "Cost an hour by model",
                    "The rate at which money is spent. Models without a known price are not drawn.",
                    _sql("cost"),
                    unit="currencyUSD",
                    stacking="normal",
                )
            ),
            links.chooses(models, "Model", links.COST, "model"),
            links.chooses(prompts, "Prompt", links.COST, "prompt_version"),
            links.chooses(users, "User", links.TRACES, "user"),
        ),
    )


def _judgements() -> Row:
    scores = timeseries(
        "Scores by evaluator", "Mean of each score, by the time of what was judged.", _sql("scores"), unit="short"
    )
    toxic = from_zero(
        timeseries(
            "Toxic share",
            "Share of judged texts labelled toxic. The line is the threshold of the shipped alert toxic-answers.",
            _sql("toxic_share"),
            unit="percentunit",
        )
    )
    return Row(
        "Judgements",
        (
            links.drill_down(scores, links.QUALITY, "By prompt and model"),
            links.drill_down(
                with_thresholds(toxic, warning=thresholds.of("toxic-answers")), links.SAFETY, "Which answers"
            ),
        ),
    )


def _comparisons() -> Row:
    drift = table(
        "Drift", "The newest comparison of each feature with its reference: verdict, effect, certainty.", _sql("drift")
    )
    gaps = table(
        "Gaps between groups",
        "The newest gap of each score between cohorts, with its interval and what is tolerated.",
        _sql("group_gaps"),
    )
    return Row(
        "Drift and groups",
        (
            links.drill_down(drift, links.DRIFT, "Over time"),
            links.drill_down(gaps, links.FAIRNESS, "Over time"),
        ),
    )


def _action() -> Row:
    alerts = table("Alerts", "Alerts that are pending or firing, whatever the range.", _sql("firing_alerts"), width=11)
    bad = table(
        "Recent bad traces",
        "Traces with an error, or with a toxic, refused or wrong answer; newest first.",
        _sql("bad_traces"),
        width=10,
    )
    lost = stat(
        "Lost spans",
        "Spans that SDKs dropped, or count and nobody stored, whatever the range. No data: no SDK that counts.",
        _sql("lost"),
        unit="short",
        width=3,
    )
    counted = links.drill_down(with_steps(lost, (None, "green"), (1, "yellow")), links.ITSELF, "The loss ledger")
    return Row("To act on", (links.opens_trace(alerts), links.opens_trace(bad), counted))
