"""Draws every dashboard from what a store answers, without Grafana: HTML pages and, with Chromium, pictures.

    python dashboards/preview/preview.py --store clickhouse://… --project default --since 3h --out preview

Needs plotly (pip install plotly). --chromium names the browser that takes the pictures; without it, pages alone.
"""

from __future__ import annotations

import argparse
import html
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from drawing import ROW_PX, drawn
from plotly.offline import get_plotlyjs

from spanglass_app.period import moment
from spanglass_collector.store import Store, open_store
from spanglass_dashboards import dashboards, first_sight
from spanglass_dashboards.macros import TimeRange

WIDTH_PX, POINTS = 1600, 150
_STYLE = """
body { background: #111217; color: #ccccdc; font: 12px sans-serif; margin: 8px; }
.page { position: relative; width: 1584px; }
.panel { position: absolute; background: #181b1f; border: 1px solid #2a2d33;
  box-sizing: border-box; overflow: hidden; padding: 4px; }
.row { position: absolute; font-weight: bold; padding: 10px 4px; }
h4 { margin: 2px 4px 4px; font-size: 12px; } .stat { font-size: 34px; text-align: center; padding-top: 22px; }
.empty { color: #f2495c; text-align: center; padding: 20px; } table { border-collapse: collapse; white-space: nowrap; }
th, td { text-align: left; padding: 2px 8px; border-bottom: 1px solid #2a2d33; }
td { overflow: hidden; text-overflow: ellipsis; }
.number { text-align: right; } .link { color: #6e9fff; } .choices { padding: 6px; }
"""


def main() -> None:
    options = _options()
    now = moment(options.until, datetime.now(timezone.utc))
    options.out.mkdir(parents=True, exist_ok=True)
    with open_store(options.store) as store:
        for name, text in dashboards().items():
            page = options.out / name.replace(".json", ".html")
            start = moment(options.since, now)
            height = _draw(store, json.loads(text), TimeRange(start, now, _interval_s(now - start)), options, page)
            if options.chromium:
                _photograph(options.chromium, page, height)
            print(page)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True)
    parser.add_argument("--project", default="default")
    parser.add_argument("--since", default="6h", help="15m, 2h, 7d, or an ISO time")
    parser.add_argument("--until", default="0s")
    parser.add_argument("--out", type=Path, default=Path("dashboard-preview"))
    parser.add_argument("--choose", action="append", default=[], metavar="NAME=VALUE", help="a variable's value")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "")
    return parser.parse_args()


def _interval_s(length: timedelta) -> int:
    return max(60, round(length.total_seconds() / POINTS / 60) * 60)


def _draw(store: Store, dashboard: Mapping[str, Any], span: TimeRange, options: argparse.Namespace, page: Path) -> int:
    """Write the page; its height in pixels."""
    chosen = {"project": options.project, **dict(choice.split("=", 1) for choice in options.choose)}
    values = first_sight.choices(dashboard, store, span, chosen)
    if "trace_id" in values and not values["trace_id"]:
        values["trace_id"] = _some_trace(store, options.project)
    boxes = [_row(panel) for panel in dashboard["panels"] if panel["type"] == "row"]
    for question in first_sight.questions(dashboard, span, values):
        if question.place == "panel":
            result = store.query(question.sql)
            rows = [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
            boxes.append(_box(question.panel, drawn(question.panel, rows)))
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"]) * ROW_PX
    shown = " · ".join(f"{name}: {value}" for name, value in values.items() if name != "datasource")
    page.write_text(
        f"<meta charset=utf-8><style>{_STYLE}</style><script>{get_plotlyjs()}</script>"
        f"<h2>{html.escape(dashboard['title'])}</h2><div class=choices>{html.escape(shown)}</div>"
        f'<div class=page style="height:{bottom}px">{"".join(boxes)}</div>',
        encoding="utf-8",
    )
    return int(bottom) + 110


def _some_trace(store: Store, project: str) -> str:
    sql = "SELECT TraceId FROM spans WHERE Project = {p:String} GROUP BY TraceId ORDER BY count() DESC, TraceId LIMIT 1"
    rows = store.query(sql, {"p": project}).result_rows
    return str(rows[0][0]) if rows else ""


def _row(panel: Mapping[str, Any]) -> str:
    return f'<div class=row style="{_place(panel)}">{html.escape(panel["title"])}</div>'


def _box(panel: Mapping[str, Any], inside: str) -> str:
    title = html.escape(panel["title"])
    told = html.escape(panel["description"])
    return f'<div class=panel style="{_place(panel)}" title="{told}"><h4>{title}</h4>{inside}</div>'


def _place(panel: Mapping[str, Any]) -> str:
    x, y, w, h = (panel["gridPos"][key] for key in "xywh")
    return f"left:{x * 66}px; top:{y * ROW_PX}px; width:{w * 66 - 4}px; height:{h * ROW_PX - 4}px"


def _photograph(chromium: str, page: Path, height: int) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
             f"--window-size={WIDTH_PX},{height}", "--virtual-time-budget=4000",
             f"--screenshot={page.with_suffix('.png').resolve()}", page.resolve().as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main()
