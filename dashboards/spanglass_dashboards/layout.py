"""Where panels stand: rows from top to bottom, panels from left to right, wrapped at the grid's width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from spanglass_dashboards.panel import Panel

GRID_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and the panels under it."""

    title: str
    panels: tuple[Panel, ...]


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
