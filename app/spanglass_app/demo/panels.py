"""The overview dashboard's numbers without Grafana: every panel's SQL, expanded as the plugin does and run."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table

from spanglass_app.reports.tables import cell
from spanglass_collector.store import Store
from spanglass_dashboards import dashboards
from spanglass_dashboards.macros import TimeRange, expand

INTERVAL_S = 300


def panel_table(store: Store, now: datetime) -> Table:
    """One line a panel: how many rows it would draw, and the newest of them."""
    table = Table(title="Overview dashboard, last 3 hours", title_justify="left", title_style="bold", box=None)
    table.add_column("panel")
    table.add_column("rows", justify="right")
    table.add_column("last row", overflow="ellipsis", no_wrap=True, max_width=90)
    overview = json.loads(dashboards()["overview.json"])
    span = TimeRange(now - timedelta(hours=3), now + timedelta(minutes=1), INTERVAL_S)
    for panel in overview["panels"]:
        for target in panel.get("targets", ()):
            rows = store.query(expand(target["rawSql"], span, _variables(overview))).result_rows
            newest = _text(rows[-1]) if rows else "nothing in this time"
            table.add_row(panel["title"], f"{len(rows):,}", cell(newest))
    return table


def _variables(overview: dict[str, Any]) -> dict[str, Any]:
    """What Grafana would put in at first sight: 'All', or the default project."""
    values: dict[str, Any] = {}
    for variable in overview["templating"]["list"]:
        values[variable["name"]] = "default" if variable["name"] == "project" else ""
    return values


def _text(row: Any) -> str:
    return "  ".join(_cell(value) for value in row if value not in (None, ""))


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%H:%M}"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
