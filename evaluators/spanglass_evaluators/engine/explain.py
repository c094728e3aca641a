"""Why a span, trace or session has a score or has none: each thing the engine asks, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from spanglass_collector.store import Store
from spanglass_evaluators.contract import target_of
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.engine import sampling
from spanglass_evaluators.engine.budget import read_used, room_for
from spanglass_evaluators.engine.claim_groups import settle_s
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.progress import read_watermark

_SPANS = """
SELECT Project, SpanId, SessionId, toUnixTimestamp64Nano(ReceivedAt),
       toBool(ifNull({own}, 0)), toBool(ifNull({chosen}, 0)), toBool(ifNull({sampled}, 0))
FROM spans WHERE TraceId = {{trace:String}} ORDER BY Timestamp, SpanId LIMIT 1000
"""
_SCORES = """
SELECT SpanId, TargetKind, EvaluatorVersion, ConfigDigest, Value, Label, Error, toUnixTimestamp64Micro(ScoredAt)
FROM scores
WHERE Name = {name:String} AND Evaluator = {name:String}
  AND (TraceId = {trace:String} OR (SessionId IN {sessions:Array(String)} AND TargetKind = 'session'))
ORDER BY ScoredAt DESC
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """`target`: a span id, "trace", or a session id; `why`: one sentence."""

    evaluator: str
    target: str
    is_scored: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Span:
    project: str
    span_id: str
    session_id: str
    received_ns: int
    is_own: bool
    is_chosen: bool
    is_sampled: bool


def explain(store: Store, job: SpanJob, trace_id: str, span_id: str, now_ns: int) -> list[Finding]:
    """Of one span, or (`span_id` empty) of a trace: its spans that are for the evaluator, or one line that none is.

    Raises StoreError.
    """
    spans = _spans(store, job, trace_id)
    name, kind = job.evaluator.name, target_of(job.evaluator)
    if not spans:
        return [Finding(name, "trace", False, "no span of this trace is stored")]
    scores = _scores(store, job, trace_id, {span.session_id for span in spans})
    if kind != "span":
        return [_of_group(store, job, spans, [row for row in scores if row[1] == kind], now_ns)]
    asked = [span for span in spans if not span_id or span.span_id == span_id]
    if not asked:
        return [Finding(name, span_id, False, "the trace has no such span")]
    shown = asked if span_id else [s for s in asked if s.is_own or any(row[0] == s.span_id for row in scores)]
    if not shown:
        return [Finding(name, "trace", False, f"no span of it is what the evaluator judges: {job.evaluator.where}")]
    return [
        _finding(store, job, span.span_id, span, [row for row in scores if row[0] == span.span_id], now_ns)
        for span in shown
    ]


def _of_group(store: Store, job: SpanJob, spans: Sequence[_Span], scores: Sequence[Any], now_ns: int) -> Finding:
    kind = target_of(job.evaluator)
    best = max(spans, key=lambda s: (s.is_own and s.is_chosen and s.is_sampled, s.is_own and s.is_chosen, s.is_own))
    newest = max(span.received_ns for span in spans)
    target = "trace" if kind == "trace" else best.session_id
    if kind == "session" and not best.session_id:
        return Finding(job.evaluator.name, "session", False, "the trace belongs to no session")
    quiet_s, needed_s = (now_ns - newest) / 1e9, settle_s(job.evaluator, job.selection)
    if not scores and quiet_s < needed_s:
        why = f"its newest span came {quiet_s:.0f} s ago; judged when it has been quiet for {needed_s:g} s"
        return Finding(job.evaluator.name, target, False, why)
    return _finding(store, job, target, best, scores, now_ns)


def _finding(store: Store, job: SpanJob, target: str, span: _Span, scores: Sequence[Any], now_ns: int) -> Finding:
    identity = (job.evaluator.version, config_digest(job.evaluator.config))
    for row in scores:
        if (row[2], row[3]) == identity:
            return Finding(job.evaluator.name, target, True, _as_text(row))
    why = next(_reasons(store, job, span, now_ns))
    if scores:
        why += f"; an older one is there: {_as_text(scores[0])}"
    return Finding(job.evaluator.name, target, False, why)


def _reasons(store: Store, job: SpanJob, span: _Span, now_ns: int) -> Iterator[str]:
    if not span.is_own:
        yield f"it is not what the evaluator judges: {job.evaluator.where}"
    if not span.is_chosen:
        yield f"the settings leave it out: where = {job.selection.where}"
    if not span.is_sampled:
        yield "it is not in the sample"
    _, waiting = room_for(job.limits.budget, read_used(store, job.evaluator.name, now_ns))
    if waiting:
        yield waiting
    reached_ns = read_watermark(store, job.evaluator).received_ns
    if not reached_ns:
        yield "this version and configuration has not run yet"
    if span.received_ns > reached_ns:
        came = _moment(span.received_ns)
        yield f"the evaluator has not come so far: it is at {_moment(reached_ns)}, the span came {came}"
    yield "it came behind the watermark: the next round finds it, or eval backfill if older than late_horizon_s"


def _spans(store: Store, job: SpanJob, trace_id: str) -> list[_Span]:
    own, chosen = job.evaluator.where or "1", job.selection.where or "1"
    key = "SessionId" if target_of(job.evaluator) == "session" else "TraceId"
    in_range = "TraceId = {trace:String}"
    sampled = sampling.clause(job.selection.sample, key, f"({own}) AND ({chosen})", in_range)
    sql = _SPANS.format(own=f"({own})", chosen=f"({chosen})", sampled=f"({sampled})")
    return [_Span(*row) for row in store.query(sql, {"trace": trace_id}).result_rows]


def _scores(store: Store, job: SpanJob, trace_id: str, sessions: set[str]) -> Sequence[Sequence[Any]]:
    values = {"name": job.evaluator.name, "trace": trace_id, "sessions": sorted(sessions - {""})}
    return store.query(_SCORES, values).result_rows


def _as_text(row: Sequence[Any]) -> str:
    version, digest, value, label, error, at_us = row[2:]
    said = (
        f"failed: {error}"
        if error
        else " ".join(part for part in ("no value" if value is None else f"{value:g}", label) if part)
    )
    return f"{said} (version {version}, configuration {digest}, {_moment(at_us * 1000)})"


def _moment(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 10**9, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
