"""Panels as Grafana's JSON (classic schema 39: Grafana 10 to 12 read it), each over one SQL file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

DATASOURCE = {"type": "grafana-clickhouse-datasource", "uid": "${datasource}"}
PLUGIN_VERSION = "4.20.0"

TIME_SERIES, TABLE, TRACE = 0, 1, 3
"""Forms of an answer, as the plugin numbers them."""
_FORMATS = {"timeseries": TIME_SERIES, "status-history": TIME_SERIES, "traces": TRACE}
_QUERY_TYPES = {TIME_SERIES: "timeseries", TABLE: "table", TRACE: "traces"}


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
    links: tuple[Mapping[str, Any], ...] = ()

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
            "targets": [target(self.sql, _FORMATS.get(self.kind, TABLE))],
            "links": list(self.links),
        }
        return {**rendered, "interval": self.interval} if self.interval else rendered


def target(sql: str, form: int, ref_id: str = "A") -> dict[str, Any]:
    """A question to the store, of a panel or an annotation."""
    return {
        "refId": ref_id,
        "datasource": DATASOURCE,
        "editorType": "sql",
        "rawSql": sql,
        "format": form,
        "queryType": _QUERY_TYPES[form],
        "pluginVersion": PLUGIN_VERSION,
    }


def override(column: str, key: str, value: Any) -> dict[str, Any]:
    return {"matcher": {"id": "byName", "options": column}, "properties": [{"id": key, "value": value}]}


def with_overrides(panel: Panel, *overrides: Mapping[str, Any]) -> Panel:
    return replace(panel, overrides=(*panel.overrides, *overrides))


def with_steps(panel: Panel, *steps: tuple[float | None, str]) -> Panel:
    """Colours by value: (from, colour), the first from None."""
    listed = [{"color": colour, "value": start} for start, colour in steps]
    added: dict[str, Any] = {"thresholds": {"mode": "absolute", "steps": listed}}
    if panel.kind == "timeseries":
        added["custom"] = {**panel.defaults["custom"], "thresholdsStyle": {"mode": "line"}}
    else:
        added["color"] = {"mode": "thresholds"}
    return replace(panel, defaults={**panel.defaults, **added})


def with_thresholds(panel: Panel, *, warning: float) -> Panel:
    """Green below, red from `warning` on; over time, a line at `warning`."""
    return with_steps(panel, (None, "green"), (warning, "red"))


def with_link(panel: Panel, column: str, title: str, url: str) -> Panel:
    """Make a column's cells links."""
    return with_overrides(panel, override(column, "links", [{"title": title, "url": url}]))


def with_drill_down(panel: Panel, title: str, url: str) -> Panel:
    """A link in the panel's corner to where its number is taken apart."""
    switches = dict.fromkeys(("asDropdown", "includeVars", "keepTime", "targetBlank"), False)
    link = {"type": "link", "title": title, "url": url, "icon": "", "tooltip": "", "tags": [], **switches}
    return replace(panel, links=(*panel.links, link))
