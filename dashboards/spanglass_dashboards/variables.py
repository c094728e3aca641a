"""Template variables as Grafana's JSON."""

from __future__ import annotations

from typing import Any

from spanglass_dashboards.panel import DATASOURCE

_ON_TIME_RANGE_CHANGE = 2


def datasource() -> dict[str, Any]:
    """Which ClickHouse datasource all panels ask."""
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": DATASOURCE["type"],
        "refresh": 1,
        "hide": 0,
    }


def query(name: str, label: str, sql: str, *, with_all: bool) -> dict[str, Any]:
    """Values from the store. `with_all`: several may be chosen, and All is the start."""
    start = {"text": "All", "value": "$__all"} if with_all else {}
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"editorType": "sql", "rawSql": sql, "refId": name},
        "definition": sql,
        "refresh": _ON_TIME_RANGE_CHANGE,
        "sort": 1,
        "multi": with_all,
        "includeAll": with_all,
        "current": start,
        "options": [],
        "hide": 0,
    }


def textbox(name: str, label: str) -> dict[str, Any]:
    """Free text, empty at the start."""
    return {
        "name": name,
        "label": label,
        "type": "textbox",
        "query": "",
        "current": {"text": "", "value": ""},
        "options": [],
        "hide": 0,
    }
