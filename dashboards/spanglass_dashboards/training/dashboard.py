"""What was trained, deployed and served. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, thresholds, variables
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, sparse, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import with_steps, with_thresholds

_sql = partial(statements.load, "training")
_FRAME = Frame(
    links.TRAINING,
    "Spanglass training and serving",
    "From datasets through training runs and model versions to deployments, and how each version serves.",
    since="now-7d",
    refresh="1m",
)


def training() -> dict[str, Any]:
    """The dashboard's JSON."""
    own = [
        variables.query("run", "Run", _sql("variable_run"), with_all=True),
        variables.query("metric", "Metric", _sql("variable_metric"), with_all=False),
    ]
    return dashboard(_FRAME, (_now(), _runs(), _versions(), _serving()), own)


def _now() -> Row:
    failed = stat(
        "Failed runs",
        "Share of the ended runs of the range that failed or were interrupted.",
        _sql("failed_share"),
        unit="percentunit",
        width=6,
    )
    unnamed = stat(
        "Calls without a version",
        "Share of model calls that do not say which model version answered: they cannot be joined to a run.",
        _sql("without_model_version"),
        unit="percentunit",
        width=6,
    )
    return Row(
        "Now",
        (
            stat(
                "Running",
                "Training runs that say they are running, whatever the range.",
                _sql("running_now"),
                unit="short",
                width=6,
            ),
            with_steps(failed, (None, "green"), (0.2, "yellow"), (0.5, "red")),
            stat("Deployments", "Deployments in the range.", _sql("deployments_count"), unit="short", width=6),
            unnamed,
        ),
    )


def _runs() -> Row:
    metric = timeseries(
        "The metric chosen above",
        "Logged values by run, at the time they were logged. Values that are not finite are not drawn.",
        _sql("metrics"),
        unit="short",
        width=24,
    )
    return Row(
        "Training",
        (
            sparse(metric),
            table("Runs", "Runs of the range, newest first.", _sql("runs"), width=24, units={"Duration": "s"}),
            table(
                "Datasets",
                "Versions, newest first, whatever the range: where they came from and how they are split.",
                _sql("datasets"),
            ),
            table("Checkpoints", "Newest first.", _sql("checkpoints"), units={"Size": "bytes"}),
        ),
    )


def _versions() -> Row:
    return Row(
        "Versions and deployments",
        (
            table(
                "Model versions",
                "Newest first, whatever the range: the stage they are in and how they were evaluated.",
                _sql("model_versions"),
                units={"Size": "bytes"},
            ),
            table(
                "What was deployed",
                "Newest first: what came into service, where, by whom and why.",
                _sql("deployments"),
            ),
        ),
    )


def _serving() -> Row:
    columns = {"Error rate": "percentunit", "p50": "ns", "p95": "ns", "First token p95": "ns", "Cost": "currencyUSD"}
    latency = timeseries(
        "Latency by version",
        "95th percentile of a call's duration, by model version. The line is the threshold of the shipped alert "
        "llm-latency.",
        _sql("serving_latency"),
        unit="ns",
    )
    failures = timeseries(
        "Error rate by version",
        "Share of calls that failed, by model version. The line is the threshold of the shipped alert llm-error-rate.",
        _sql("serving_errors"),
        unit="percentunit",
    )
    return Row(
        "Serving",
        (
            with_thresholds(from_zero(latency), warning=thresholds.of("llm-latency") * 1e9),
            with_thresholds(from_zero(failures), warning=thresholds.of("llm-error-rate")),
            table(
                "Versions side by side",
                "Calls that name a model version: failures, latency, speed and cost.",
                _sql("serving"),
                width=24,
                units=columns,
            ),
        ),
    )
