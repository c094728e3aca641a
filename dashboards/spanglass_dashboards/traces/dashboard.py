"""One trace and the search for it. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, variables
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, table, timeseries, traces
from spanglass_dashboards.layout import Row

_sql = partial(statements.load, "traces")
_FRAME = Frame(
    links.TRACES,
    "Spanglass traces",
    "Search traces by text, user, session, kind, status and duration; open one with its messages and scores.",
    since="now-1h",
)


def trace_explorer() -> dict[str, Any]:
    """The dashboard's JSON."""
    own = [
        variables.query("kind", "Kind", _sql("variable_kind"), with_all=True),
        variables.query("status", "Status", _sql("variable_status"), with_all=True),
        variables.textbox("search", "Text"),
        variables.textbox("user", "User"),
        variables.textbox("session", "Session"),
        variables.textbox("min_ms", "At least ms"),
        variables.textbox("trace_id", "Trace"),
    ]
    return dashboard(_FRAME, (_search(), _trace()), own)


def _search() -> Row:
    columns = {"Duration": "ns", "Cost": "currencyUSD"}
    found = table(
        "Traces",
        "Traces with a span that matches what is chosen above, newest first; a click opens one below.",
        _sql("found"),
        width=24,
        height=11,
        units=columns,
        widths={"TraceId": 270},
    )
    matching = timeseries(
        "Matching spans",
        "Spans that match what is chosen above, by status.",
        _sql("matching"),
        unit="short",
        width=24,
        stacking="normal",
        bars=True,
    )
    return Row("Search", (from_zero(matching), links.opens_trace(found)))


def _trace() -> Row:
    columns = {"Duration": "ns", "Cost": "currencyUSD"}
    waterfall = traces(
        "Trace", "The trace whose id is in the box above, or was clicked in a table.", _sql("trace"), width=12
    )
    messages = table(
        "Messages",
        "What each span of the trace was asked and answered, in order of time.",
        _sql("messages"),
        height=14,
        units=columns,
        widths={"Span": 110, "Prompt": 280, "Completion": 280},
    )
    scores = table(
        "Scores",
        "What evaluators, people and the application said of this trace.",
        _sql("scores"),
        width=24,
        widths={"Explanation": 360},
    )
    return Row("The trace", (waterfall, messages, scores))
