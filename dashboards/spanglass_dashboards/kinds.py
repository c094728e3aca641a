"""The kinds of panels in use, with the looks that all of a kind share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from spanglass_dashboards.layout import GRID_WIDTH
from spanglass_dashboards.panel import Panel, override, with_overrides, with_steps

# One meaning, one colour, wherever a line of that name is drawn.
COLOURS = {
    "p50": "green",
    "p90": "yellow",
    "p95": "orange",
    "p99": "red",
    "input": "blue",
    "cached": "light-blue",
    "output": "purple",
    "reasoning": "light-purple",
    "errors": "red",
}
DRAWN = ("line", "bars")
STACKED = ("none", "normal", "percent")


def timeseries(
    title: str, description: str, sql: str, *, unit: str, width: int = 12, stacking: str = "none", bars: bool = False
) -> Panel:
    """Lines over time, or stacked areas (`normal`, `percent`) for what adds up. Minutes are the finest: the
    rollup's grain.
    """
    custom = {
        "drawStyle": DRAWN[bars],
        "lineWidth": 1,
        "fillOpacity": 80 if bars else 30 if stacking != "none" else 0,
        "showPoints": "never",
        # A gap of a few minutes is no break in a line; a longer one is no traffic.
        "spanNulls": 300_000,
        "stacking": {"mode": stacking, "group": "A"},
    }
    return Panel(
        kind="timeseries",
        title=title,
        description=description,
        sql=sql,
        unit=unit,
        width=width,
        height=8,
        interval="1m",
        defaults={"custom": custom, "noValue": "no data", **_names(sql)},
        overrides=_colours(sql),
        options={
            "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["mean", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    )


def from_zero(panel: Panel) -> Panel:
    """For counts, rates and times: an axis that starts elsewhere exaggerates."""
    return replace(panel, defaults={**panel.defaults, "min": 0})


def sparse(panel: Panel) -> Panel:
    """Points as well as lines: for values that come once in a while, such as windows and training steps."""
    custom = {**panel.defaults["custom"], "showPoints": "always", "spanNulls": True}
    return replace(panel, interval="", defaults={**panel.defaults, "custom": custom})


def band(panel: Panel, low: str, high: str) -> Panel:
    """Fill between two lines of a panel: an interval around an estimate."""
    faint = [{"id": "custom.lineWidth", "value": 0}, {"id": "custom.fillOpacity", "value": 15}]
    upper = {
        "matcher": {"id": "byName", "options": high},
        "properties": [*faint, {"id": "custom.fillBelowTo", "value": low}],
    }
    lower = {"matcher": {"id": "byName", "options": low}, "properties": [faint[0]]}
    return with_overrides(panel, upper, lower)


def stat(title: str, description: str, sql: str, *, unit: str, width: int = 4) -> Panel:
    """One number over the whole range."""
    return Panel(
        kind="stat",
        title=title,
        description=description,
        sql=sql,
        unit=unit,
        width=width,
        height=4,
        defaults={"noValue": "no data", "color": {"mode": "fixed", "fixedColor": "text"}},
        options={
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
            "graphMode": "none",
        },
    )


def table(
    title: str,
    description: str,
    sql: str,
    *,
    width: int = 12,
    height: int = 9,
    units: Mapping[str, str] | None = None,
    widths: Mapping[str, int] | None = None,
) -> Panel:
    """Rows. `units` by column, `widths` in pixels; a NULL shows as `unknown`, which is not nothing."""
    overrides = [override(column, "unit", unit) for column, unit in (units or {}).items()]
    overrides += [override(column, "custom.width", pixels) for column, pixels in (widths or {}).items()]
    return Panel(
        kind="table",
        title=title,
        description=description,
        sql=sql,
        unit="short",
        width=width,
        height=height,
        defaults={"noValue": "unknown", "custom": {"filterable": True}},
        overrides=tuple(overrides),
        options={"showHeader": True, "cellHeight": "sm"},
    )


def bars(title: str, description: str, sql: str, *, unit: str, width: int = 12) -> Panel:
    """A bar a row: the first text column names it."""
    return Panel(
        kind="barchart",
        title=title,
        description=description,
        sql=sql,
        unit=unit,
        width=width,
        height=9,
        defaults={"noValue": "no data", "custom": {"fillOpacity": 70, "lineWidth": 1}},
        overrides=_colours(sql),
        options={
            "orientation": "horizontal",
            "showValue": "auto",
            "stacking": "none",
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        },
    )


def heatmap(title: str, description: str, sql: str, *, steps: tuple[tuple[float | None, str], ...]) -> Panel:
    """A line of cells a series, coloured by value: features down, windows across."""
    panel = Panel(
        kind="status-history",
        title=title,
        description=description,
        sql=sql,
        unit="none",
        width=GRID_WIDTH,
        height=11,
        defaults={"decimals": 2, "custom": {"fillOpacity": 80, "lineWidth": 1}, "noValue": "no data", **_names(sql)},
        options={
            "showValue": "auto",
            "rowHeight": 0.9,
            "colWidth": 0.95,
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "single", "sort": "none"},
        },
    )
    return with_steps(panel, *steps)


def traces(title: str, description: str, sql: str, *, width: int = GRID_WIDTH) -> Panel:
    """The waterfall of one trace."""
    return Panel("traces", title, description, sql, unit="none", width=width, height=14)


def _names(sql: str) -> dict[str, str]:
    """Lines that come from a text column are called by its values alone."""
    return {"displayName": "${__field.labels.series}"} if " AS series" in sql else {}


def _colours(sql: str) -> tuple[dict[str, Any], ...]:
    named = ((name, colour) for name, colour in COLOURS.items() if f" AS {name}" in sql)
    return tuple(override(name, "color", {"mode": "fixed", "fixedColor": colour}) for name, colour in named)
