"""What all dashboards have in common: variables, annotations, the way to the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spanglass_dashboards import events, variables
from spanglass_dashboards.layout import Row, lay_out

TAG = "spanglass"
_OTHERS = {
    "title": "Spanglass",
    "type": "dashboards",
    "tags": [TAG],
    "asDropdown": True,
    "includeVars": True,
    "keepTime": True,
    "targetBlank": False,
    "icon": "external link",
    "tooltip": "The other dashboards, with the same range and choices",
    "url": "",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A dashboard's name and habits. `since` is where its range begins, in Grafana's words."""

    uid: str
    title: str
    description: str
    since: str = "now-6h"
    refresh: str = "1m"


def dashboard(frame: Frame, rows: Iterable[Row], own_variables: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The dashboard's JSON."""
    return {
        "id": None,
        "uid": frame.uid,
        "title": frame.title,
        "description": frame.description,
        "tags": [TAG, "llm"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": frame.refresh,
        "time": {"from": frame.since, "to": "now"},
        "links": [_OTHERS],
        "annotations": {"list": events.all_of_them()},
        "templating": {"list": [*variables.everywhere(), *own_variables]},
        "panels": lay_out(rows),
    }
