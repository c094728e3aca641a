"""What Grafana would ask the store when a dashboard is opened, without Grafana.

Variables take the values they start with: All where that is offered, else the first that the store gives. Used by
tests, by the benchmark and by the preview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from spanglass_dashboards.macros import ALL, TimeRange, Value, expand


class Result(Protocol):
    """A query's answer, as clickhouse-connect gives it."""

    @property
    def result_rows(self) -> Sequence[Sequence[Any]]: ...
    @property
    def column_names(self) -> Sequence[str]: ...


class Asked(Protocol):
    """Whatever runs a SELECT; a Store does."""

    def query(self, query: str) -> Result: ...


@dataclass(frozen=True, slots=True)
class Question:
    """One statement of a dashboard, expanded: of a panel, an annotation or a variable."""

    place: str
    title: str
    sql: str
    panel: Mapping[str, Any]
    """The panel's JSON; empty for annotations and variables."""


def choices(
    dashboard: Mapping[str, Any], store: Asked, time_range: TimeRange, chosen: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """A value for each variable; `chosen` go before what the dashboard would start with."""
    values: dict[str, Value] = {}
    for variable in dashboard["templating"]["list"]:
        name = variable["name"]
        if chosen and name in chosen:
            values[name] = chosen[name]
        elif variable["type"] == "query" and not variable["includeAll"]:
            rows = store.query(expand(variable["query"]["rawSql"], time_range, values)).result_rows
            values[name] = str(rows[0][0]) if rows else ""
        else:
            values[name] = ALL if variable.get("includeAll") else variable.get("query", "")
    return values


def questions(dashboard: Mapping[str, Any], time_range: TimeRange, values: Mapping[str, Value]) -> Iterator[Question]:
    """Every statement, in the order of the page: panels, then annotations, then variables."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield Question("panel", panel["title"], expand(target["rawSql"], time_range, values), panel)
    for annotation in dashboard["annotations"]["list"]:
        sql = expand(annotation["target"]["rawSql"], time_range, values)
        yield Question("annotation", annotation["name"], sql, {})
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            sql = expand(variable["query"]["rawSql"], time_range, values)
            yield Question("variable", variable["name"], sql, {})
