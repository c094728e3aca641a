"""Which share of the targets an evaluator gets, as SQL over `spans`. The same ones every time, on every worker.

uniform             a share of traces (sessions) by the hash of their id: in or out as a whole
error-biased        what `always` says, and the share of the rest
stratified, shares  by the value of an expression, each value with a share of its own
stratified, number  by the value of an expression, the first n that arrive in each stretch of `per_s`
"""

from __future__ import annotations

from dataclasses import dataclass

from spanglass_collector.store.literal import sql_literal

STEPS = 1_000_000

_EDGE = "(SELECT {side}(ReceivedAt) FROM spans WHERE {range})"
_FIRST = """(Project, TraceId, SpanId) IN (
    SELECT Project, TraceId, SpanId FROM spans WHERE ReceivedAt >= {first} AND ReceivedAt <= {last} AND ({where})
    ORDER BY ReceivedAt, TraceId, SpanId LIMIT {n} BY Project, toString({by}), {bucket})"""


@dataclass(frozen=True, slots=True)
class Strata:
    """`by`: SQL over spans. `n`: spans of each value in each `per_s`; or `shares`: (value, share) pairs."""

    by: str
    n: int = 0
    per_s: int = 3_600
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """`share` of 1 and nothing else: everything. With strata by shares, `share` is for values not named."""

    share: float = 1.0
    always: str = ""
    strata: Strata | None = None


EVERYTHING = Sample()


def clause(sample: Sample, key: str, where: str, in_range: str) -> str:
    """SQL that keeps the sample; `in_range` and `where` bound what a number in each stratum is counted over."""
    kept = _kept(sample, key, where, in_range)
    return f"(({sample.always}) OR {kept})" if sample.always and kept != "1" else kept


def _kept(sample: Sample, key: str, where: str, in_range: str) -> str:
    strata, steps = sample.strata, int(sample.share * STEPS)
    if strata is not None and strata.n:
        return _first_of_each(strata, where, in_range)
    if strata is not None:
        values = sql_literal([value for value, _ in strata.shares])
        shares = "[" + ", ".join(f"toUInt32({int(share * STEPS)})" for _, share in strata.shares) + "]"
        return f"cityHash64({key}) % {STEPS} < transform(toString({strata.by}), {values}, {shares}, toUInt32({steps}))"
    return "1" if sample.share >= 1 else f"cityHash64({key}) % {STEPS} < {steps}"


def _first_of_each(strata: Strata, where: str, in_range: str) -> str:
    bucket = "toStartOfInterval({at}, INTERVAL {seconds} SECOND)"
    return _FIRST.format(
        first=bucket.format(at=_EDGE.format(side="min", range=in_range), seconds=strata.per_s),
        last=_EDGE.format(side="max", range=in_range),
        where=where,
        n=strata.n,
        by=strata.by,
        bucket=bucket.format(at="ReceivedAt", seconds=strata.per_s),
    )
