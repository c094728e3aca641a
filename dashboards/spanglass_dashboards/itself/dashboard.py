"""Spanglass's own health. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, thresholds
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import with_steps, with_thresholds

_sql = partial(statements.load, "itself")
_FRAME = Frame(
    links.ITSELF,
    "Spanglass itself",
    "Ingest, delay, evaluators, notifications and the store: whether the observer can be trusted.",
)


def itself() -> dict[str, Any]:
    """The dashboard's JSON."""
    return dashboard(_FRAME, (_now(), _ingest(), _workers(), _store()))


def _now() -> Row:
    lag = stat(
        "Evaluator lag",
        "How far the slowest evaluator of the project is behind its newest span.",
        _sql("evaluator_lag"),
        unit="s",
    )
    waiting = stat(
        "Undelivered",
        "Notifications that wait for delivery, of all projects, whatever the range.",
        _sql("undelivered"),
        unit="short",
    )
    dead = stat(
        "Given up",
        "Notifications of the range that no attempt could deliver, of all projects.",
        _sql("dead_notifications"),
        unit="short",
    )
    return Row(
        "Now",
        (
            stat(
                "Spans a second",
                "Stored spans of all projects, by their start time.",
                _sql("spans_a_second"),
                unit="short",
            ),
            with_steps(lag, (None, "green"), (300, "yellow"), (3600, "red")),
            with_steps(waiting, (None, "text"), (1, "yellow"), (100, "red")),
            with_thresholds(dead, warning=1),
            stat(
                "Store size",
                "Compressed bytes of all tables on disk, whatever the range.",
                _sql("store_size"),
                unit="bytes",
            ),
            stat(
                "Bytes a span",
                "Compressed bytes of a stored span, its rollups not counted, whatever the range.",
                _sql("bytes_a_span"),
                unit="bytes",
            ),
        ),
    )


def _ingest() -> Row:
    delay = timeseries(
        "Arrival delay",
        "From the end of a span to its arrival: the exporter's batching, the network, the collector. Imports of "
        "old conversations show as long delays.",
        _sql("delay"),
        unit="ns",
    )
    return Row(
        "Ingest",
        (
            from_zero(
                timeseries(
                    "Spans a second by project",
                    "Stored spans of all projects by their start time.",
                    _sql("ingest"),
                    unit="short",
                    stacking="normal",
                )
            ),
            from_zero(
                timeseries(
                    "Spans received a second",
                    "Of the chosen project, by the time of their arrival: an import shows here as what it is.",
                    _sql("received"),
                    unit="short",
                )
            ),
            table(
                "Loss ledger",
                "What applications' SDKs counted beside what is stored, by service, whatever the range. Unaccounted: "
                "neither stored nor said to be dropped; negative: spans of senders that do not count.",
                _sql("losses"),
                width=24,
            ),
            from_zero(delay),
            from_zero(
                timeseries(
                    "Spans a second by kind",
                    "Of the chosen project. 'unknown' are spans that no instrumentation's words tell apart.",
                    _sql("kinds"),
                    unit="short",
                    stacking="normal",
                )
            ),
        ),
    )


def _workers() -> Row:
    failing = timeseries(
        "Failed judgements",
        "Share of judgements that an evaluator could not give. The line is the threshold of the shipped alert "
        "evaluators-failing.",
        _sql("evaluator_errors"),
        unit="percentunit",
    )
    return Row(
        "Evaluators and alerts",
        (
            table(
                "Evaluators",
                "How far each has come, at which version and configuration.",
                _sql("evaluators"),
                units={"Lag": "s"},
            ),
            with_thresholds(from_zero(failing), warning=thresholds.of("evaluators-failing")),
            table(
                "Notifications",
                "What was or is to be said, of all projects; what failed first.",
                _sql("notifications"),
                width=24,
            ),
        ),
    )


def _store() -> Row:
    return Row(
        "Store",
        (
            table(
                "Tables",
                "Rows, compressed size and parts, whatever the range. Many parts: merges do not keep up.",
                _sql("tables"),
                units={"On disk": "bytes"},
                width=16,
            ),
            table(
                "Months of spans",
                "What each month holds, whatever the range: drop the oldest to make room.",
                _sql("months"),
                units={"On disk": "bytes"},
                width=8,
            ),
        ),
    )
