"""Asks a store what a committed panel asks it."""

from __future__ import annotations

from typing import Any

from spanglass_collector.store import Store
from spanglass_dashboards import first_sight
from spanglass_dashboards.macros import TimeRange, Value, expand
from tests.dashboards import traffic
from tests.dashboards.conftest import COMMITTED

RANGE = TimeRange(traffic.START, traffic.END, interval_s=300)
CHOSEN: dict[str, Value] = {"project": traffic.PROJECT, "trace_id": traffic.SOME_TRACE, "score": "reference_match"}
Row = dict[str, Any]


def frame(store: Store, dashboard: str, title: str, **chosen: Value) -> list[Row]:
    """The rows of one panel, with everything chosen that Grafana would start with but what is given."""
    panels = {panel["title"]: panel for panel in COMMITTED[dashboard]["panels"]}
    values = first_sight.choices(COMMITTED[dashboard], store, RANGE, {**CHOSEN, **chosen})
    return execute(store, expand(panels[title]["targets"][0]["rawSql"], RANGE, values))


def execute(store: Store, sql: str) -> list[Row]:
    result = store.query(sql)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def number(rows: list[Row]) -> float:
    ((value,),) = (tuple(row.values()) for row in rows)
    return float(value)
