"""What happened, drawn over what was measured: deployments as lines, alerts as stretches."""

from __future__ import annotations

from typing import Any

from spanglass_dashboards import statements
from spanglass_dashboards.panel import DATASOURCE, TABLE, target


def all_of_them() -> list[dict[str, Any]]:
    return [_annotation("Deployments", "deployments", "blue"), _annotation("Alerts", "alerts", "red")]


def _annotation(name: str, statement: str, colour: str) -> dict[str, Any]:
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "target": target(statements.load("shared", f"annotation_{statement}"), TABLE, "Anno"),
    }
