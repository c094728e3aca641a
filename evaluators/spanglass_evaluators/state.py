"""How an evaluator stands, from what is stored: for `spanglass eval list`, in a process that scores nothing."""

from __future__ import annotations

from dataclasses import dataclass

from spanglass_collector.store import Store
from spanglass_evaluators.cascade.cascade import Cascade
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.engine.budget import read_used, room_for
from spanglass_evaluators.engine.claim import Stretch, count_spans
from spanglass_evaluators.engine.claim_groups import count_groups, settle_s
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.limits import Budget
from spanglass_evaluators.engine.progress import read_watermark

_DAY_NS = 86_400 * 10**9

# Which stage has decided stands in the explanation (cascade/cascade.py). The price of a call is the mean of the last
# stage's rows that have one.
_DECIDED = """
WITH toUInt32OrZero(extract(Explanation, '^decided by .*? \\\\(stage (\\\\d+) of')) AS stage
SELECT count(), countIf(stage < {last:UInt32}), avgIf(CostUsd, stage = {last:UInt32} AND CostUsd IS NOT NULL)
FROM scores
WHERE Name = {name:String} AND Evaluator = {name:String} AND ConfigDigest = {digest:String} AND stage > 0
  AND ScoredAt >= fromUnixTimestamp64Nano({since:Int64})
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """`lag_s`: age of the oldest moment that is not judged; None before the first run. `waiting`: a budget used up.

    `saved_calls`, `saved_usd`: what a cascade spared its last stage in a day; None for what is no cascade, or
    without a known price.
    """

    lag_s: float | None
    outstanding: int
    scored: int
    failed: int
    waiting: str = ""
    saved_calls: int | None = None
    saved_usd: float | None = None


def state_of(store: Store, job: SpanJob, now_ns: int) -> JobState:
    """Raises StoreError."""
    mark = read_watermark(store, job.evaluator)
    until = now_ns - int(settle_s(job.evaluator, job.selection) * 1e9)
    count = count_spans if settle_s(job.evaluator, job.selection) == 0 else count_groups
    waiting = ""
    if job.limits.budget != Budget():
        _, waiting = room_for(job.limits.budget, read_used(store, job.evaluator.name, now_ns))
    saved_calls, saved_usd = (
        _saved(store, job.evaluator, now_ns) if isinstance(job.evaluator, Cascade) else (None, None)
    )
    return JobState(
        lag_s=(now_ns - mark.received_ns) / 1e9 if mark.received_ns else None,
        outstanding=count(store, job.evaluator, Stretch(mark.received_ns, until), job.selection),
        scored=sum(m.scored for m in mark.marks),
        failed=sum(m.failed for m in mark.marks),
        waiting=waiting,
        saved_calls=saved_calls,
        saved_usd=saved_usd,
    )


def _saved(store: Store, cascade: Cascade, now_ns: int) -> tuple[int, float | None]:
    values = {
        "name": cascade.name,
        "digest": config_digest(cascade.config),
        "last": len(cascade.stages),
        "since": now_ns - _DAY_NS,
    }
    [(decided, early, price)] = store.query(_DECIDED, values).result_rows
    is_known = decided > early and price is not None and price == price
    return int(early), float(early * price) if is_known else None
