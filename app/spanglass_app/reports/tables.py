"""What is in the store, as terminal tables. Unknown is shown as '-', never as 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spanglass_app import named_query
from spanglass_collector.store import Store

UNKNOWN = "-"
NS_PER_MS = 1_000_000


def report(store: Store, project: str, since: datetime) -> Group:
    """All tables of one project, from `since` on. Raises StoreError."""
    parameters = {"project": project, "since": since}
    sections = [
        build(_rows(store, name, parameters))
        for name, build in (
            ("traffic", _traffic),
            ("users", _users),
            ("scores", _scores),
            ("worst", _worst),
            ("windows", _windows),
            ("alerts", _alerts),
            ("losses", _losses),
        )
    ]
    return Group(*(part for section in sections for part in (section, Text())))


def _rows(store: Store, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return named_query.rows(store, __package__ or "", name, parameters)


def _table(title: str, columns: str, rows: Sequence[Sequence[RenderableType]], nothing: str) -> RenderableType:
    """`columns`: names, those that start with '>' right-aligned."""
    if not rows:
        return Text.assemble((title, "bold"), f": {nothing}")
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for name in columns.split("|"):
        table.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) if isinstance(value, str) else value for value in row))
    return table


def _traffic(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Traffic",
        "kind|model|>calls|>errors|>p50 ms|>p95 ms|>tokens in|>tokens out|>cost USD|>unpriced",
        [
            (
                row["Kind"] or UNKNOWN,
                row["model"],
                count(row["calls"]),
                count(row["errors"]),
                milliseconds(row["quantiles"][0]),
                milliseconds(row["quantiles"][2]),
                count(row["input_tokens"]),
                count(row["output_tokens"]),
                usd(row["cost_usd"]),
                count(row["unpriced"]),
            )
            for row in rows
        ],
        "no spans in this time; import some with 'spanglass import', or look further back with --since",
    )


def _users(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Users by cost",
        "user|>calls|>tokens in|>tokens out|>cost USD",
        [
            (
                row["UserId"],
                count(row["calls"]),
                count(row["input_tokens"]),
                count(row["output_tokens"]),
                usd(row["cost_usd"]),
            )
            for row in rows
        ],
        "no call names its user",
    )


def _scores(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Scores",
        "score|source|>judged|>failed|>mean|>p95|labels",
        [
            (
                row["Name"],
                row["Source"],
                count(row["judged"]),
                count(row["failed"]),
                decimal(row["mean"]),
                decimal(row["p95"]),
                row["top_labels"],
            )
            for row in rows
        ],
        "nothing is judged yet; run 'spanglass eval run'",
    )


def _worst(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Most toxic answers",
        "score|>value|label|trace|model|user",
        [
            (
                r["Name"],
                decimal(r["Value"]),
                r["Label"],
                r["TraceId"],
                r["RequestModel"],
                r["UserId"] or UNKNOWN,
            )
            for r in rows
        ],
        "none",
    )


def _windows(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Drift and group gaps (newest window)",
        "what|feature|cohort|method|>effect|>interval|>p adj.|>n / ref.|verdict",
        [
            (
                row["Name"],
                row["Feature"],
                row["Cohort"] or "all",
                row["Method"],
                decimal(row["EffectSize"]),
                interval(row["EffectLow"], row["EffectHigh"]),
                p_value(row["AdjustedPValue"] if row["AdjustedPValue"] is not None else row["PValue"]),
                f"{count(row['N'])} / {count(row['ReferenceN'])}",
                _verdict(row),
            )
            for row in rows
        ],
        "no windows were compared yet",
    )


def _verdict(row: Mapping[str, Any]) -> Text:
    if row["Drifted"] is None:
        return Text(row["Error"] or row["Explanation"] or "cannot tell", style="yellow")
    return Text("CHANGED", style="bold red") if row["Drifted"] else Text("steady", style="green")


def _alerts(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Alerts",
        "rule|state|severity|since (UTC)|what",
        [
            (
                row["Rule"],
                Text(row["State"], style="bold red" if row["State"] == "firing" else ""),
                row["Severity"],
                f"{row['Since']:%Y-%m-%d %H:%M:%S}",
                row["Summary"],
            )
            for row in rows
        ],
        "none",
    )


def _losses(rows: list[dict[str, Any]]) -> RenderableType:
    return _table(
        "Loss ledger (since each SDK's first report)",
        "service|>created|>sampled out|>dropped|why|>exported|>stored here|>unaccounted",
        [
            (
                row["ServiceName"],
                count(row["Created"]),
                count(row["SampledOut"]),
                count(row["Dropped"]),
                ", ".join(f"{count(n)} {reason}" for reason, n in sorted(row["DroppedBy"].items())) or UNKNOWN,
                count(row["Exported"]),
                count(row["Stored"]),
                count(row["Unaccounted"]),
            )
            for row in rows
        ],
        "no SDK has reported its counts",
    )


def cell(value: str) -> Text:
    """What a sender wrote, as it is: no markup of ours, nothing that moves the terminal's cursor."""
    return Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value))


def count(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def usd(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.4f}"


def decimal(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3f}"


def milliseconds(nanoseconds: float | None) -> str:
    return UNKNOWN if nanoseconds is None else f"{nanoseconds / NS_PER_MS:,.0f}"


def p_value(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.3f}" if value >= 0.001 else f"{value:.0e}"


def interval(low: float | None, high: float | None) -> str:
    return UNKNOWN if low is None or high is None else f"{low:+.3f} .. {high:+.3f}"
