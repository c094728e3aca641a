"""`eval explain` and `eval list`: every reason the engine has for not scoring can be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators import Judgement, evaluator
from spanglass_evaluators.cascade.cascade import Cascade, Stage
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.explain import Finding, explain
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.limits import Budget, Limits
from spanglass_evaluators.engine.sampling import Sample
from spanglass_evaluators.engine.span_loop import SpanLoop
from spanglass_evaluators.state import state_of

TRACE, SPAN = "a" * 32, "b" * 16


@evaluator(name="length")
def length(text: str) -> int:
    return len(text)


@evaluator(name="turns", target="trace")
def turns(texts: list[str]) -> int:
    return len(texts)


def why(store: Store, clock: SettableClock, job: SpanJob, span: str = SPAN) -> Finding:
    [finding] = explain(store, job, TRACE, span, clock())
    return finding


def test_a_score_is_shown_with_its_version(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """And a new version says that an older one is there."""
    traffic.add(["four"], received_ns=NOON_NS, TraceId=TRACE, SpanId=SPAN)
    SpanLoop([SpanJob(length)], clock).run_once(store)

    now = why(store, clock, SpanJob(length))
    changed = why(store, clock, SpanJob(replace(length, version="2")))

    assert now.is_scored
    assert now.why.startswith("4 (version 1, configuration ")
    assert not changed.is_scored
    assert changed.why.startswith("this version and configuration has not run yet; an older one is there: 4 (version 1")


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        (SpanJob(replace(length, where="Kind = 'tool'")), "not what the evaluator judges: Kind = 'tool'"),
        (SpanJob(length, Selection(where="ServiceName = 'x'")), "the settings leave it out: where = ServiceName = 'x'"),
        (SpanJob(length, Selection(sample=Sample(0.0, always="StatusCode = 'Error'"))), "not in the sample"),
        (SpanJob(length, limits=Limits(budget=Budget(calls_per_day=0))), "budget of 0 calls a day is used up"),
        (SpanJob(length), "has not come so far: it is at 2026-02-02 02:40:00 UTC"),
    ],
)
def test_each_reason_is_told(store: Store, traffic: Traffic, clock: SettableClock, job: SpanJob, reason: str) -> None:
    """In the order the engine asks."""
    SpanLoop([job], clock).run_once(store)
    traffic.add(["four"], received_ns=NOON_NS + SECOND, TraceId=TRACE, SpanId=SPAN)
    clock.advance(5)

    finding = why(store, clock, job)

    assert not finding.is_scored
    assert reason in finding.why


def test_what_is_not_there_is_told(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """A wrong trace id, a wrong span id, a trace without anything to judge."""
    assert why(store, clock, SpanJob(length)).why == "no span of this trace is stored"
    traffic.add(["four"], received_ns=NOON_NS, TraceId=TRACE, SpanId=SPAN, Kind="tool")

    assert why(store, clock, SpanJob(length), "f" * 16).why == "the trace has no such span"
    assert "no span of it is what the evaluator judges" in why(store, clock, SpanJob(length), "").why


def test_a_trace_that_is_not_quiet_is_told(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """With how long it must be."""
    traffic.add(["four"], received_ns=NOON_NS - 10 * SECOND, TraceId=TRACE)

    assert why(store, clock, SpanJob(turns)) == Finding(
        "turns", "trace", False, "its newest span came 10 s ago; judged when it has been quiet for 30 s"
    )


def test_the_state_tells_lag_budget_and_savings(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """From the store alone, as another process sees it."""

    @evaluator(name="costly")
    def costly(_text: str) -> Judgement:
        return Judgement(1.0, cost_usd=0.5)

    cascade = Cascade("short_or_costly", (Stage(length, (3, 99)), Stage(costly)))
    traffic.add(["x", "y", "long enough"], received_ns=NOON_NS - 10 * SECOND)
    budgeted = SpanJob(cascade, limits=Limits(budget=Budget(calls_per_day=3)))
    before = state_of(store, budgeted, clock())
    SpanLoop([budgeted], clock).run_once(store)
    traffic.add(["more"], received_ns=NOON_NS + SECOND)
    clock.advance(30)

    after = state_of(store, budgeted, clock())

    assert (before.lag_s, before.outstanding, before.scored) == (None, 3, 0)
    assert (after.lag_s, after.outstanding, after.scored, after.failed) == (30.0, 1, 3, 0)
    assert after.waiting.startswith("budget of 3 calls a day")
    assert (after.saved_calls, after.saved_usd) == (2, 1.0)
