"""Which spans to score: a stretch of time in slices, a slice in batches, without what is scored already.

A slice bounds what one query sorts and what the anti-join holds; a read bounds what is in memory, and is cut into
batches. Rows come in the order of (time, trace, span), and the next read starts after the last row of the one
before, so a stretch is read to its end whatever the evaluator does with its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spanglass_collector.store import Store
from spanglass_evaluators.columns import derive, sources_of, sql_of
from spanglass_evaluators.contract import Batch, SpanEvaluator, target_of
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.engine import sampling, slots
from spanglass_evaluators.engine.sampling import EVERYTHING, Sample
from spanglass_evaluators.engine.slots import ALL_SLOTS
from spanglass_evaluators.engine.target import Target

Axis = Literal["ReceivedAt", "Timestamp"]
Rescore = Literal["", "failed", "all"]
"""Which judgements there are do not count as such."""

_READ_BATCHES = 10
_READ_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time on one axis, (after_ns, until_ns], in ns since 1970."""

    after_ns: int
    until_ns: int
    axis: Axis = "ReceivedAt"


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a stretch an evaluator gets.

    `settle_s`: how long a trace or session must have been quiet; None: claim_groups.py says.
    `rescore`: also what was judged before. `slots`: this worker's share of the traces.
    """

    where: str = ""
    sample: Sample = EVERYTHING
    batch_rows: int = 1000
    settle_s: float | None = None
    rescore: Rescore = ""
    slots: frozenset[int] = ALL_SLOTS

    @property
    def slice_rows(self) -> int:
        return 20 * self.batch_rows


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """A batch and, row by row, the spans its judgements belong to."""

    batch: Batch
    targets: list[Target]


_IDENTITY = ("toUnixTimestamp64Nano({axis})", "Project", "toUnixTimestamp64Nano(Timestamp)")
_IDS = ("TraceId", "SpanId", "SessionId")

_RANGE = "{axis} > fromUnixTimestamp64Nano({{after:Int64}}) AND {axis} <= fromUnixTimestamp64Nano({{until:Int64}})"

# final = 0: a span stored twice is met twice at most, and LIMIT BY and the anti-join see to that far more
# cheaply.
_NEXT_BOUNDARY = """
SELECT toUnixTimestamp64Nano({axis}) FROM spans WHERE {range}
ORDER BY {axis} LIMIT 1 OFFSET {{rows:UInt64}} SETTINGS final = 0
"""

_BATCH = """
SELECT {columns} FROM spans
WHERE {range} AND ({where}) AND {sample} AND {unscored}
  AND (toUnixTimestamp64Nano({axis}), TraceId, SpanId) > ({{time:Int64}}, {{trace:String}}, {{span:String}})
ORDER BY {axis}, TraceId, SpanId
LIMIT 1 BY Project, TraceId, SpanId
LIMIT {{rows:UInt64}}
SETTINGS final = 0
"""

_UNSCORED = """(Project, TraceId, SpanId) NOT IN (
    SELECT Project, TraceId, SpanId FROM scores
    WHERE Name = {{name:String}} AND Evaluator = {{name:String}}
      AND EvaluatorVersion = {{version:String}} AND ConfigDigest = {{digest:String}}{only}
      AND TargetTime >= (SELECT min(Timestamp) FROM spans WHERE {range})
      AND TargetTime <= (SELECT max(Timestamp) FROM spans WHERE {range})
      AND TraceId IN (SELECT TraceId FROM spans WHERE {range}))"""

# No anti-join: over a long stretch its set would not be bounded, and a share of progress may be a little off.
_COUNT = "SELECT count() FROM spans WHERE {range} AND ({where}) AND {sample} SETTINGS final = 0"


def slices(store: Store, stretch: Stretch, rows: int) -> Iterator[Stretch]:
    """The stretch in pieces of about `rows` spans; spans of one moment stay together."""
    after = stretch.after_ns
    sql = _NEXT_BOUNDARY.format(axis=stretch.axis, range=_RANGE.format(axis=stretch.axis))
    while after < stretch.until_ns:
        found = store.query(sql, {"after": after, "until": stretch.until_ns, "rows": rows}).result_rows
        until = int(found[0][0]) if found else stretch.until_ns
        yield Stretch(after, until, stretch.axis)
        after = until


class ReadSize:
    """Rows to read at once: ten batches, fewer when their texts are long."""

    def __init__(self, batch_rows: int) -> None:
        self._batch_rows = batch_rows
        self.rows = batch_rows

    def learn(self, read: Mapping[str, Sequence[Any]], rows: int) -> None:
        size_bytes = sum(len(value) for column in read.values() for value in column if isinstance(value, str))
        fitting = int(_READ_BYTES / (size_bytes / rows + 1))
        self.rows = max(1, min(fitting, _READ_BATCHES * self._batch_rows))


def batches(
    store: Store, evaluator: SpanEvaluator, stretch: Stretch, selection: Selection, size: ReadSize
) -> Iterator[ClaimedBatch]:
    """The unscored spans of a slice. Raises StoreError; StoreRefused for a `where` that is not SQL."""
    sources = sources_of(evaluator.columns)
    sql = _BATCH.format(columns=_select_list(sources, stretch.axis), **clauses(evaluator, stretch, selection))
    cursor: dict[str, Any] = {"time": stretch.after_ns, "trace": "", "span": ""}
    while True:
        asked = size.rows
        columns = store.query(sql, parameters_of(evaluator, stretch) | cursor | {"rows": asked}).result_columns
        times, traces, spans = (columns[i] if columns else () for i in (0, 3, 4))
        if not times:
            return
        read = dict(zip(sources, columns[len(_IDENTITY) + len(_IDS) :], strict=True))
        size.learn(read, len(times))
        yield from _cut(evaluator, columns, read, selection.batch_rows)
        if len(times) < asked:
            return
        cursor = {"time": times[-1], "trace": traces[-1], "span": spans[-1]}


def count_spans(store: Store, evaluator: SpanEvaluator, stretch: Stretch, selection: Selection) -> int:
    """How many spans of the stretch the evaluator is for, scored ones and repeated ones included."""
    sql = _COUNT.format(**clauses(evaluator, stretch, selection))
    return int(store.query(sql, parameters_of(evaluator, stretch)).result_rows[0][0])


def _cut(
    evaluator: SpanEvaluator, columns: Sequence[Sequence[Any]], read: Mapping[str, Sequence[Any]], batch_rows: int
) -> Iterator[ClaimedBatch]:
    for start in range(0, len(columns[0]), batch_rows):
        rows = slice(start, start + batch_rows)
        targets = [Target(*identity) for identity in zip(*(column[rows] for column in columns[1:6]), strict=True)]
        part = {source: values[rows] for source, values in read.items()}
        yield ClaimedBatch(Batch(derive(evaluator.columns, part), len(targets)), targets)


def _select_list(sources: list[str], axis: Axis) -> str:
    identity = [expression.format(axis=axis) for expression in _IDENTITY]
    return ", ".join([*identity, *_IDS, *(f"{sql_of(s)} AS c{i}" for i, s in enumerate(sources))])


def clauses(evaluator: SpanEvaluator, stretch: Stretch, selection: Selection) -> dict[str, str]:
    """The parts of a claim's SQL."""
    in_range = _RANGE.format(axis=stretch.axis)
    wheres = [clause for clause in (evaluator.where, selection.where) if clause]
    where = " AND ".join(f"({clause})" for clause in wheres) or "1"
    key = "SessionId" if target_of(evaluator) == "session" else "TraceId"
    return {
        "axis": stretch.axis,
        "range": in_range,
        "where": where,
        "sample": " AND ".join(
            [sampling.clause(selection.sample, key, where, in_range), slots.clause(selection.slots, key)]
        ),
        "unscored": _unscored(selection, in_range),
    }


def _unscored(selection: Selection, in_range: str) -> str:
    if selection.rescore == "all":
        return "1"
    return _UNSCORED.format(range=in_range, only=" AND Error = ''" if selection.rescore == "failed" else "")


def parameters_of(evaluator: SpanEvaluator, stretch: Stretch) -> dict[str, Any]:
    """The values bound in a claim's SQL."""
    return {
        "after": stretch.after_ns,
        "until": stretch.until_ns,
        "name": evaluator.name,
        "version": evaluator.version,
        "digest": config_digest(evaluator.config),
    }
