"""Panels as Grafana's JSON (classic schema 39: Grafana 10 to 12 read it), each over one SQL file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

DATASOURCE = {"type": "grafana-clickhouse-datasource", "uid": "${datasource}"}
PLUGIN_VERSION = "4.20.0"
GRID_WIDTH = 24

_TIME_SERIES, _TABLE, _TRACE = 0, 1, 3
_FORMATS = {"timeseries": _TIME_SERIES, "stat": _TABLE, "table": _TABLE, "traces": _TRACE}
_QUERY_TYPES = {_TIME_SERIES: "timeseries", _TABLE: "table", _TRACE: "traces"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `sql` is its statement, `unit` a Grafana unit id; sizes are in grid cells, 24 a line."""

    kind: str
    title: str
    description: str
    sql: str
    unit: str
    width: int
    height: int
    interval: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    overrides: tuple[Mapping[str, Any], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def render(self, panel_id: int, x: int, y: int) -> dict[str, Any]:
        """The panel's JSON at a place of the grid."""
        rendered: dict[str, Any] = {
            "id": panel_id,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "fieldConfig": {
                "defaults": {"unit": self.unit, **self.defaults},
                "overrides": list(self.overrides),
            },
            "options": dict(self.options),
            "targets": [_target(self.sql, _FORMATS[self.kind])],
        }
        return {**rendered, "interval": self.interval} if self.interval else rendered


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and the panels under it, set from left to right and wrapped at the grid's width."""

    title: str
    panels: tuple[Panel, ...]


def timeseries(title: str, description: str, sql: str, *, unit: str, width: int, stacked: bool = False) -> Panel:
    """Lines over time, or stacked areas for what adds up. Minutes are the finest: the rollup's grain."""
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 30 if stacked else 0,
        "showPoints": "never",
        # A gap of a few minutes is no break in a line; a longer one is no traffic.
        "spanNulls": 300_000,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
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
        defaults={"custom": custom, "min": 0, **_names(sql)},
        options={
            "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["mean", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    )


def _names(sql: str) -> dict[str, str]:
    """Lines that come from a text column are called by its values alone."""
    return {"displayName": "${__field.labels.series}"} if " AS series" in sql else {}


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
        defaults={"noValue": "no data"},
        options={
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
        },
    )


def table(title: str, description: str, sql: str, *, width: int, units: Mapping[str, str] | None = None) -> Panel:
    """Rows. `units` by column; a NULL shows as `unknown`, which is not nothing."""
    return Panel(
        kind="table",
        title=title,
        description=description,
        sql=sql,
        unit="short",
        width=width,
        height=9,
        defaults={"noValue": "unknown", "custom": {"filterable": True}},
        overrides=tuple(override(column, "unit", unit) for column, unit in (units or {}).items()),
        options={"showHeader": True, "cellHeight": "sm"},
    )


def traces(title: str, description: str, sql: str) -> Panel:
    """The waterfall of one trace."""
    return Panel("traces", title, description, sql, unit="none", width=GRID_WIDTH, height=12)


def with_thresholds(panel: Panel, *, warning: float) -> Panel:
    """Green below, red from `warning` on; over time, a line at `warning`."""
    steps = [{"color": "green", "value": None}, {"color": "red", "value": warning}]
    added: dict[str, Any] = {"thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        added["custom"] = {**panel.defaults["custom"], "thresholdsStyle": {"mode": "line"}}
    return replace(panel, defaults={**panel.defaults, **added})


def with_link(panel: Panel, column: str, title: str, url: str) -> Panel:
    """Make a column's cells links."""
    links = [{"title": title, "url": url}]
    return replace(panel, overrides=(*panel.overrides, override(column, "links", links)))


def override(column: str, key: str, value: Any) -> dict[str, Any]:
    return {"matcher": {"id": "byName", "options": column}, "properties": [{"id": key, "value": value}]}


def lay_out(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """All panels with ids from 1 and their places, rows first."""
    return list(_laid_out(rows))


def _laid_out(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    panel_id, y = 0, 0
    for row in rows:
        panel_id += 1
        yield _heading(row.title, panel_id, y)
        x, y, line_height = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > GRID_WIDTH:
                x, y, line_height = 0, y + line_height, 0
            panel_id += 1
            yield panel.render(panel_id, x, y)
            x, line_height = x + panel.width, max(line_height, panel.height)
        y += line_height


def _heading(title: str, panel_id: int, y: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "w": GRID_WIDTH, "h": 1}
    return {"id": panel_id, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _target(sql: str, form: int) -> dict[str, Any]:
    return {
        "refId": "A",
        "datasource": DATASOURCE,
        "editorType": "sql",
        "rawSql": sql,
        "format": form,
        "queryType": _QUERY_TYPES[form],
        "pluginVersion": PLUGIN_VERSION,
    }
