"""Reads a window's columns from the store: a fixed sample of bounded size, the same one every time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spanglass_collector.store import Store
from spanglass_collector.store.literal import sql_literal
from spanglass_evaluators.columns import (
    SCORE_PREFIX,
    TEXT_COLUMNS,
    derive,
    sources_of,
    sql_of,
)
from spanglass_evaluators.contract import Window
from spanglass_evaluators.engine.windows import Bounds

_TIMES = "Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})"

# The newest score of a name per span, whichever version gave it.
_SCORE_JOIN = """
LEFT JOIN (
    SELECT
        Project AS project{i}, TraceId AS trace{i}, SpanId AS span{i},
        argMax(tuple(Value), ScoredAt).1 AS value{i}
    FROM scores
    WHERE Name = {name} AND TargetKind = 'span'
      AND TargetTime >= fromUnixTimestamp64Nano({{start:Int64}})
      AND TargetTime < fromUnixTimestamp64Nano({{end:Int64}})
    GROUP BY Project, TraceId, SpanId
) AS s{i} ON Project = project{i} AND TraceId = trace{i} AND SpanId = span{i}
"""

_SELECT = """
SELECT {columns} FROM spans {joins}
WHERE {times} AND ({where}) AND ({{project:String}} = '' OR Project = {{project:String}})
ORDER BY cityHash64(TraceId, SpanId)
LIMIT {{rows:UInt64}}
"""

_DISTINCT = """
SELECT DISTINCT toString({expression}) AS part FROM spans
WHERE {times} AND ({where}) AND ({{project:String}} = '' OR Project = {{project:String}}) AND part != ''
ORDER BY part LIMIT {{rows:UInt64}}
"""

# Where each chunk of so many rows begins. Spans that begin at the same moment stay together.
_NTH = """
SELECT min(time) AS first FROM
(
    SELECT time, intDiv(row_number() OVER (ORDER BY time) - 1, {{size:UInt64}}) AS chunk FROM
    (
        SELECT toUnixTimestamp64Nano(Timestamp) AS time FROM spans
        WHERE {times} AND ({where}) AND ({{project:String}} = '' OR Project = {{project:String}})
    )
)
GROUP BY chunk ORDER BY first DESC LIMIT {{rows:UInt64}}
"""


def read_window(
    store: Store, columns: Sequence[str], bounds: Bounds, *, project: str, max_rows: int, text_rows: int
) -> Window:
    """The columns of at most `max_rows` spans chosen by hash; text columns, the costly ones, of `text_rows`.

    Raises StoreError; StoreRefused for a filter that is no SQL over spans.
    """
    texts = [name for name in columns if name in TEXT_COLUMNS]
    others = [name for name in columns if name not in TEXT_COLUMNS]
    read = _read(store, others, bounds, project, max_rows) | _read(store, texts, bounds, project, text_rows)
    size = max((len(values) for values in read.values()), default=0)
    return Window(bounds.start_ns, bounds.end_ns, read, size)


def distinct_values(store: Store, column: str, bounds: Bounds, *, project: str, at_most: int) -> list[str]:
    """The values of a column in a window, sorted; empty ones are left out."""
    sql = _DISTINCT.format(expression=sql_of(column), times=_TIMES, where=bounds.where)
    return [row[0] for row in store.query(sql, _parameters(bounds, project, at_most)).result_rows]


def nth_times(store: Store, bounds: Bounds, size: int, *, project: str, at_most: int) -> list[int]:
    """When every `size`-th span began (ns), from the first one on, ascending; the newest `at_most` of them."""
    sql = _NTH.format(times=_TIMES, where=bounds.where)
    rows = store.query(sql, {**_parameters(bounds, project, at_most), "size": size}).result_rows
    return sorted(int(row[0]) for row in rows)


def _read(store: Store, columns: Sequence[str], bounds: Bounds, project: str, rows: int) -> dict[str, Sequence[Any]]:
    if not columns:
        return {}
    sources = sources_of(columns)
    scores = [source for source in sources if source.startswith(SCORE_PREFIX)]
    joins = [
        _SCORE_JOIN.format(i=i, name=sql_literal(name.removeprefix(SCORE_PREFIX))) for i, name in enumerate(scores)
    ]
    select = [
        f"value{scores.index(source)}" if source in scores else f"{sql_of(source)} AS c{number}"
        for number, source in enumerate(sources)
    ]
    sql = _SELECT.format(columns=", ".join(select), joins=" ".join(joins), times=_TIMES, where=bounds.where)
    found = store.query(sql, _parameters(bounds, project, rows)).result_columns
    read = dict(zip(sources, found or [[] for _ in sources], strict=True))
    return derive(columns, read)


def _parameters(bounds: Bounds, project: str, rows: int) -> dict[str, Any]:
    return {"start": bounds.start_ns, "end": bounds.end_ns, "project": project, "rows": rows}
