"""Template variables as Grafana's JSON, and those that every dashboard has."""

from __future__ import annotations

from typing import Any

from spanglass_dashboards import statements
from spanglass_dashboards.panel import DATASOURCE

_ON_TIME_RANGE_CHANGE = 2


def everywhere() -> list[dict[str, Any]]:
    """Data source, project, and the parts of a project's traffic."""
    return [
        datasource(),
        query("project", "Project", _shared("project"), with_all=False),
        query("service", "Service", _shared("service"), with_all=True),
        query("environment", "Environment", _shared("environment"), with_all=True),
        query("model", "Model", _shared("model"), with_all=True),
        query("prompt_version", "Prompt version", _shared("prompt_version"), with_all=True),
    ]


def _shared(name: str) -> str:
    return statements.load("shared", f"variable_{name}")


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
    start = {"current": {"text": "All", "value": "$__all"}} if with_all else {}
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"editorType": "sql", "rawSql": sql, "refId": name},
        "refresh": _ON_TIME_RANGE_CHANGE,
        "sort": 1,
        "multi": with_all,
        "includeAll": with_all,
        "options": [],
        "hide": 0,
        **start,
    }


def textbox(name: str, label: str, value: str = "") -> dict[str, Any]:
    """Free text."""
    return {
        "name": name,
        "label": label,
        "type": "textbox",
        "query": value,
        "current": {"text": value, "value": value},
        "options": [],
        "hide": 0,
    }
