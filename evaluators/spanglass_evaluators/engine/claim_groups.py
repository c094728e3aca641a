"""Which traces or sessions to judge: those that have gone quiet and have grown since they were judged last.

A trace is due when its newest span was received before `settled_ns` and its number of spans is not the one that
stands on its score. So a watermark that stays `settle_s` behind now needs no memory of what is still open: a trace
that is not quiet yet has a span ahead of the watermark, and is met again there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from spanglass_collector.store import Store
from spanglass_collector.store.literal import sql_literal
from spanglass_evaluators.columns import derive_lists, sources_of, sql_of
from spanglass_evaluators.contract import Batch, SpanEvaluator, TargetKind, target_of
from spanglass_evaluators.engine.claim import ClaimedBatch, Selection, Stretch, clauses, parameters_of
from spanglass_evaluators.engine.target import Target

SETTLE_S: dict[TargetKind, float] = {"span": 0, "trace": 30, "session": 600}
"""Without a new span for so long, a trace or session counts as ended."""
MOST_SPANS = 1_000
"""Of one trace or session, the first ones: what an evaluator gets at most."""
_KEY: dict[TargetKind, str] = {"trace": "TraceId", "session": "SessionId"}
_MOST_GROUPS = 100  # in a batch: their spans are in memory together, their ids in the text of a query
_SESSION_DAYS = 7  # a session's spans further apart are not looked for

# Spans without length that only carry an application's late score: they add nothing to judge.
_COUNTED = "NOT (Duration = 0 AND startsWith(SpanName, 'score '))"

_CANDIDATES = "SELECT {key} FROM spans WHERE {range} AND ({where}) AND {sample} AND {key} != '' SETTINGS final = 0"

_TRACE_TIMES = """
Timestamp >= (SELECT min(Start) FROM spans_trace_id_ts WHERE TraceId IN ({candidates}))
AND Timestamp < (SELECT max(End) + INTERVAL 1 SECOND FROM spans_trace_id_ts WHERE TraceId IN ({candidates}))"""
_SESSION_TIMES = """
Timestamp >= (SELECT min(Timestamp) - INTERVAL {days} DAY FROM spans WHERE {range})
AND Timestamp <= (SELECT max(Timestamp) + INTERVAL {days} DAY FROM spans WHERE {range})"""

_SETTLED = """
SELECT Project, {key} AS id, toUInt32(count()) AS spans,
       toUnixTimestamp64Nano(min(Timestamp)) AS first, toUnixTimestamp64Nano(max(Timestamp)) AS last
FROM spans
WHERE {key} IN ({candidates}) AND {times} AND {counted}
GROUP BY Project, id
HAVING max(ReceivedAt) <= fromUnixTimestamp64Nano({{settled:Int64}}) AND countIf({where}) > 0
ORDER BY first, Project, id
"""

_JUDGED = """
SELECT Project, {key} AS id, TargetSpans, toUnixTimestamp64Nano(TargetTime) FROM scores
WHERE Name = {{name:String}} AND Evaluator = {{name:String}} AND TargetKind = {{kind:String}}
  AND EvaluatorVersion = {{version:String}} AND ConfigDigest = {{digest:String}}{only}
  AND TargetTime >= fromUnixTimestamp64Nano({{first:Int64}}) AND TargetTime <= fromUnixTimestamp64Nano({{last:Int64}})
  AND {key} IN ({candidates})
"""

_SPANS = """
SELECT Project, {key} AS id, TraceId, SessionId, {columns} FROM spans
WHERE {key} IN {ids} AND Timestamp >= fromUnixTimestamp64Nano({{first:Int64}})
  AND Timestamp <= fromUnixTimestamp64Nano({{last:Int64}}) AND ({where}) AND {counted}
ORDER BY Project, id, Timestamp, SpanId
LIMIT {most} BY Project, id
"""

_COUNT = "SELECT uniqExact(Project, {key}) FROM spans WHERE {range} AND ({where}) AND {sample} SETTINGS final = 0"


@dataclass(frozen=True, slots=True)
class _Group:
    """A trace or session that is due; `time_ns` is what its score's row says, or will say."""

    project: str
    id: str
    spans: int
    first_ns: int
    last_ns: int
    time_ns: int


def settle_s(evaluator: SpanEvaluator, selection: Selection) -> float:
    """How long the evaluator's targets must have been quiet; 0 for spans."""
    kind = target_of(evaluator)
    return SETTLE_S[kind] if selection.settle_s is None or kind == "span" else selection.settle_s


def group_batches(
    store: Store, evaluator: SpanEvaluator, stretch: Stretch, selection: Selection, settled_ns: int
) -> Iterator[ClaimedBatch]:
    """What is due among the traces (sessions) with a span in the slice. Raises StoreError."""
    due = _due(store, evaluator, stretch, selection, settled_ns)
    size = min(selection.batch_rows, _MOST_GROUPS)
    for start in range(0, len(due), size):
        claimed = _read(store, evaluator, due[start : start + size], selection)
        if claimed.targets:
            yield claimed


def count_groups(store: Store, evaluator: SpanEvaluator, stretch: Stretch, selection: Selection) -> int:
    """How many traces (sessions) have a span in the stretch, due or not."""
    sql = _COUNT.format(key=_KEY[target_of(evaluator)], **clauses(evaluator, stretch, selection))
    return int(store.query(sql, parameters_of(evaluator, stretch)).result_rows[0][0])


def _due(
    store: Store, evaluator: SpanEvaluator, stretch: Stretch, selection: Selection, settled_ns: int
) -> list[_Group]:
    kind = target_of(evaluator)
    parts = clauses(evaluator, stretch, selection)
    parts |= {"key": _KEY[kind], "counted": _COUNTED}
    parts["candidates"] = _CANDIDATES.format(**parts)
    times = _TRACE_TIMES if kind == "trace" else _SESSION_TIMES
    parts["times"] = times.format(days=_SESSION_DAYS, **parts)
    parameters = parameters_of(evaluator, stretch) | {"settled": settled_ns, "kind": kind}
    settled = store.query(_SETTLED.format(**parts), parameters).result_rows
    if not settled:
        return []
    parameters |= {"first": min(row[3] for row in settled), "last": max(row[4] for row in settled)}
    parts["only"] = " AND Error = ''" if selection.rescore == "failed" else ""
    rows = store.query(_JUDGED.format(**parts), parameters).result_rows
    judged = {(project, key): (spans, time_ns) for project, key, spans, time_ns in rows}
    return list(_grown(settled, judged, everything=selection.rescore == "all"))


def _grown(
    settled: Sequence[Sequence[Any]], judged: dict[tuple[str, str], tuple[int, int]], *, everything: bool
) -> Iterator[_Group]:
    for project, key, spans, first, last in settled:
        known_spans, time_ns = judged.get((project, key), (0, first))
        if everything or known_spans != spans:
            yield _Group(project, key, spans, first, last, time_ns)


def _read(store: Store, evaluator: SpanEvaluator, groups: Sequence[_Group], selection: Selection) -> ClaimedBatch:
    kind, sources = target_of(evaluator), sources_of(evaluator.columns)
    sql = _SPANS.format(
        key=_KEY[kind],
        columns=", ".join([*(f"{sql_of(s)} AS c{i}" for i, s in enumerate(sources))] or ["1"]),
        ids="(" + ", ".join(sql_literal(group.id) for group in groups) + ")",
        where=clauses(evaluator, Stretch(0, 0), selection)["where"],
        counted=_COUNTED,
        most=MOST_SPANS,
    )
    parameters = {"first": min(g.first_ns for g in groups), "last": max(g.last_ns for g in groups)}
    by_key = {(group.project, group.id): group for group in groups}
    targets, columns = [], [[] for _ in sources]  # type: tuple[list[Target], list[list[Any]]]
    for key, rows in groupby(store.query(sql, parameters).result_rows, key=lambda row: (row[0], row[1])):
        if key in by_key:
            spans = list(rows)
            targets.append(_target(kind, by_key[key], spans))
            for i, column in enumerate(columns):
                column.append([span[4 + i] for span in spans])
    read = dict(zip(sources, columns, strict=True))
    return ClaimedBatch(Batch(derive_lists(evaluator.columns, read), len(targets)), targets)


def _target(kind: TargetKind, group: _Group, spans: Sequence[Sequence[Any]]) -> Target:
    session = next((span[3] for span in spans if span[3]), "")
    trace = group.id if kind == "trace" else ""
    return Target(group.project, group.time_ns, trace, "", session, kind, group.spans)
