"""A panel and its rows as HTML: plotly for what is drawn, a table for the rest. No likeness of Grafana is meant; what
it shows is the layout, the numbers, the units and whether there is anything to see.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from units import written

Row = Mapping[str, Any]
ROW_PX = 38
_COLOURS = {
    "green": "#73bf69", "yellow": "#f2cc0c", "orange": "#ff9830", "red": "#f2495c", "blue": "#5794f2",
    "light-blue": "#8ab8ff", "purple": "#b877d9", "light-purple": "#ca95e5", "light-green": "#96d98d",
    "dark-green": "#37872d", "super-light-blue": "#c0d8ff", "semi-dark-blue": "#3274d9", "dark-blue": "#1f60c4",
    "dark-purple": "#8f3bb8", "text": "#ccccdc",
}  # fmt: skip


def drawn(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The inside of a panel."""
    if not rows:
        return '<div class="empty">no rows</div>'
    draw = {"stat": _stat, "timeseries": _lines, "status-history": _cells, "barchart": _bars, "traces": _waterfall}
    return draw.get(panel["type"], _table)(panel, rows)


def _unit(panel: Mapping[str, Any], column: str = "") -> str:
    return str(_override(panel, column, "unit") or panel["fieldConfig"]["defaults"]["unit"])


def _override(panel: Mapping[str, Any], column: str, key: str) -> Any:
    for override in panel["fieldConfig"]["overrides"]:
        for item in override["properties"]:
            if override["matcher"]["options"] == column and item["id"] == key:
                return item["value"]
    return None


def _steps(panel: Mapping[str, Any]) -> list[tuple[float | None, str]]:
    steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
    return [(step["value"], _COLOURS.get(step["color"], step["color"])) for step in steps]


def _stat(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    (value,) = rows[-1].values()
    colour = _COLOURS["text"]
    for start, name in _steps(panel):
        colour = name if start is None or (value is not None and value >= start) else colour
    return f'<div class="stat" style="color:{colour}">{html.escape(written(value, _unit(panel)))}</div>'


def _series(rows: Sequence[Row]) -> dict[str, tuple[list[Any], list[float]]]:
    """Long rows (time, series, value) and wide ones (time, several values) as lines by name."""
    lines: dict[str, tuple[list[Any], list[float]]] = defaultdict(lambda: ([], []))
    for row in rows:
        for name, value in row.items():
            if name in ("time", "series") or value is None:
                continue
            at, values = lines[str(row.get("series", name))]
            at.append(row["time"])
            values.append(float(value))
    return dict(lines)


def _lines(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    custom = panel["fieldConfig"]["defaults"]["custom"]
    stacking = custom["stacking"]["mode"]
    figure = go.Figure()
    for name, (at, values) in _series(rows).items():
        colour = (_override(panel, name, "color") or {}).get("fixedColor")
        style: dict[str, Any] = {"name": name, "x": at, "y": values}
        if custom["drawStyle"] == "bars":
            figure.add_bar(**style, marker_color=_COLOURS.get(colour))
            continue
        if stacking != "none":
            style["stackgroup"] = "one"
        mode = "lines+markers" if custom["showPoints"] == "always" else "lines"
        figure.add_scatter(**style, mode=mode, line={"width": 1.2, "color": _COLOURS.get(colour)})
    for start, colour in _steps(panel):
        if start is not None:
            figure.add_hline(y=start, line={"color": colour, "dash": "dash", "width": 1})
    figure.update_layout(barmode="stack", barnorm="percent" if stacking == "percent" else "")
    return _figure(figure, panel)


def _cells(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    lines = _series(rows)
    times = sorted({at for ats, _ in lines.values() for at in ats})
    values = {name: dict(zip(*line, strict=True)) for name, line in lines.items()}
    scale = [[0, "#73bf69"], [0.25, "#73bf69"], [0.25, "#f2cc0c"], [0.5, "#f2cc0c"], [0.5, "#f2495c"], [1, "#f2495c"]]
    grid = [[values[name].get(at) for at in times] for name in lines]
    figure = go.Figure(
        go.Heatmap(z=grid, x=times, y=list(lines), zmin=0, zmax=2, colorscale=scale, showscale=False, xgap=2, ygap=2,
                   texttemplate="%{z:.2f}")
    )  # fmt: skip
    figure.update_yaxes(automargin=True)
    return _figure(figure, panel)


def _bars(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    name, *columns = rows[0]
    figure = go.Figure()
    for column in columns:
        figure.add_bar(name=column, y=[str(r[name]) for r in rows], x=[r[column] for r in rows], orientation="h")
    figure.update_yaxes(automargin=True)
    return _figure(figure, panel)


def _waterfall(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    start = min(row["startTime"] for row in rows)
    figure = go.Figure(
        go.Bar(orientation="h", y=[f"{i} {row['operationName']}" for i, row in enumerate(rows)],
               base=[row["startTime"] - start for row in rows], x=[max(row["duration"], 0.1) for row in rows],
               marker_color=["#f2495c" if row["statusCode"] == 2 else "#5794f2" for row in rows])
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(title="ms")
    return _figure(figure, panel)


def _figure(figure: go.Figure, panel: Mapping[str, Any]) -> str:
    figure.update_layout(
        template="plotly_dark", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", showlegend=True,
        margin={"l": 50, "r": 10, "t": 5, "b": 20}, height=panel["gridPos"]["h"] * ROW_PX - 42, font={"size": 10},
        legend={"orientation": "h", "y": -0.12},
    )  # fmt: skip
    if panel["type"] == "timeseries":
        unit = _unit(panel)
        ticks = {"tickformat": ".1%"} if unit == "percentunit" else {"tickprefix": "$"} if unit == "currencyUSD" else {}
        figure.update_yaxes(**ticks, title={"text": unit if unit in ("ns", "cpm") else ""})
    return figure.to_html(full_html=False, include_plotlyjs=False, config={"displayModeBar": False})


def _table(panel: Mapping[str, Any], rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in rows[0])
    body = "".join(
        "<tr>" + "".join(_cell(panel, column, value) for column, value in row.items()) + "</tr>" for row in rows[:40]
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(panel: Mapping[str, Any], column: str, value: Any) -> str:
    text = html.escape(written(value, _unit(panel, column), missing="unknown"))
    kind = "link" if _override(panel, column, "links") else "number" if isinstance(value, (int, float)) else ""
    width = _override(panel, column, "custom.width") or 170
    return f'<td class="{kind}" style="max-width:{width}px">{text}</td>'
