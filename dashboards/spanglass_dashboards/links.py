"""Links between the dashboards: they keep the range and what was chosen."""

from __future__ import annotations

from spanglass_dashboards.panel import Panel, with_drill_down, with_link

OVERVIEW, COST, QUALITY, SAFETY, DRIFT = (
    "spanglass-overview",
    "spanglass-cost",
    "spanglass-quality",
    "spanglass-safety",
    "spanglass-drift",
)
FAIRNESS, TRACES, TRAINING, ITSELF = (
    "spanglass-fairness",
    "spanglass-traces",
    "spanglass-training",
    "spanglass-itself",
)
KEPT = ("datasource", "project", "service", "environment", "model", "prompt_version")


def to(uid: str, **chosen: str) -> str:
    """The address of a dashboard; `chosen` are variables it is given beside those that all have."""
    kept = "&".join(f"${{{name}:queryparam}}" for name in KEPT if name not in chosen)
    given = "".join(f"&var-{name}={value}" for name, value in chosen.items())
    return f"/d/{uid}?${{__url_time_range}}&{kept}{given}"


def drill_down(panel: Panel, uid: str, title: str) -> Panel:
    return with_drill_down(panel, title, to(uid))


def opens_trace(panel: Panel) -> Panel:
    """Its TraceId cells open the waterfall."""
    return with_link(panel, "TraceId", "Open this trace", to(TRACES, trace_id="${__value.raw}"))


def chooses(panel: Panel, column: str, uid: str, variable: str) -> Panel:
    """The cells of `column` open `uid` with that value chosen."""
    url = to(uid, **{variable: "${__value.raw}"})
    return with_link(panel, column, f"Look at this {column.lower()} alone", url)
