"""The keys by which rules choose and divide rows: filter, group_by, min_count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spanglass_collector.alerts.metrics import Metric, find_metric
from spanglass_collector.alerts.question import Selection
from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError


def read_selection(table: Table, columns: Mapping[str, str], of: str, *, min_count: int = 1) -> Selection:
    """`of` is what has the columns, for the message about one it has not. Raises ConfigurationError."""
    filters = table.inner("filter")
    names = _known(table, "filter", list(filters.keys()), columns, of)
    return Selection(
        columns=columns,
        filters={name: filters.texts(name) for name in names},
        group_by=tuple(_known(table, "group_by", table.texts("group_by", ()), columns, of)),
        min_count=table.whole("min_count", min_count, least=1),
    )


def read_metric(table: Table) -> tuple[Metric, dict[str, str]]:
    try:
        return find_metric(table.text("metric"))
    except ConfigurationError as error:
        raise table.error("metric", str(error)) from error


def _known(table: Table, key: str, names: Sequence[str], columns: Mapping[str, str], of: str) -> Sequence[str]:
    for name in names:
        if name not in columns:
            raise table.error(key, f"{of} has no column {name!r}: use one of {', '.join(columns)}")
    return names
