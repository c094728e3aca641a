"""Traces and sessions are judged once they have gone quiet, and again when they have grown."""

from __future__ import annotations

from typing import Any

import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators import evaluator
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.functions import MODEL_ANSWERS

FIRST, SECOND_TRACE = "a" * 32, "b" * 32


@evaluator(name="turns", target="trace", columns=("output_text", "SpanName"))
def turns(texts: list[str], names: list[str]) -> tuple[int, str]:
    assert len(texts) == len(names)
    return len(texts), "|".join(texts)


@evaluator(name="conversation", target="session")
def conversation(texts: list[str]) -> tuple[int, str]:
    return len(texts), "|".join(texts)


def judged(store: Store, columns: str = "TraceId, Value, Label, TargetSpans") -> list[tuple[Any, ...]]:
    rows = store.query(f"SELECT {columns} FROM scores ORDER BY TargetTime, TraceId, SessionId").result_rows
    return [tuple(row) for row in rows]


def test_a_trace_is_judged_as_a_whole(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """One row a trace; a column is a list over its spans in the order they started."""
    traffic.add(["one", "two", "three"], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST)
    traffic.add(["alone"], received_ns=NOON_NS - 50 * SECOND, TraceId=SECOND_TRACE)
    loop = SpanLoop([SpanJob(turns)], clock)

    first, second = loop.run_once(store), loop.run_once(store)

    assert (first["turns"].scored, second["turns"].scored) == (2, 0)
    assert judged(store) == [(FIRST, 3.0, "one|two|three", 3), (SECOND_TRACE, 1.0, "alone", 1)]
    assert store.query("SELECT DISTINCT TargetKind, SpanId FROM scores").result_rows == [("trace", "")]


def test_a_trace_that_still_grows_is_waited_for(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Until no span has arrived for `settle_s`; the watermark does not pass it by."""
    traffic.add(["one"], received_ns=NOON_NS - 40 * SECOND, TraceId=FIRST)
    traffic.add(["two"], received_ns=NOON_NS - 5 * SECOND, TraceId=FIRST)
    loop = SpanLoop([SpanJob(turns)], clock)

    early = loop.run_once(store)["turns"].scored
    clock.advance(30)
    later = loop.run_once(store)["turns"].scored

    assert (early, later) == (0, 1)
    assert judged(store) == [(FIRST, 2.0, "one|two", 2)]


@pytest.mark.parametrize("lateness_s", [20, -3600])
def test_a_late_span_has_its_trace_judged_again(
    store: Store, traffic: Traffic, clock: SettableClock, lateness_s: int
) -> None:
    """Also one that waited in a spool (received long ago, stored now) or started first: the row is replaced."""
    traffic.add(["two"], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST)
    loop = SpanLoop([SpanJob(turns)], clock)
    loop.run_once(store)

    traffic.add(["one"], received_ns=NOON_NS + lateness_s * SECOND, TraceId=FIRST, Timestamp=NOON_NS - 90 * SECOND)
    clock.advance(100)
    loop.run_once(store)

    assert judged(store) == [(FIRST, 2.0, "one|two", 2)]


def test_a_late_score_is_no_growth(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """A span without length that only carries somebody's thumb does not have the trace judged again."""
    traffic.add(["one"], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST, Duration=5)
    loop = SpanLoop([SpanJob(turns)], clock)
    loop.run_once(store)

    traffic.add([""], received_ns=NOON_NS, TraceId=FIRST, SpanName="score thumbs", Kind="")
    clock.advance(100)

    assert loop.run_once(store)["turns"].scored == 0


def test_where_says_which_spans_of_a_trace_are_given(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """A trace of which none is left is not judged; growth by a span outside judges again and says so."""
    traffic.add(["one"], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST)
    traffic.add(["tool"], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST, Kind="tool")
    traffic.add(["tool"], received_ns=NOON_NS - 60 * SECOND, TraceId=SECOND_TRACE, Kind="tool")

    SpanLoop([SpanJob(turns)], clock).run_once(store)

    assert turns.where == MODEL_ANSWERS
    assert judged(store) == [(FIRST, 1.0, "one", 2)]


def test_a_session_is_judged_over_its_traces(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Its spans lie in several traces; spans without a session are nobody's; ten minutes count as quiet."""
    traffic.add(["hello", "bye"], received_ns=NOON_NS - 700 * SECOND, SessionId="it's one")
    traffic.add(["open"], received_ns=NOON_NS - 60 * SECOND, SessionId="two")
    traffic.add(["nobody's"], received_ns=NOON_NS - 700 * SECOND)

    done = SpanLoop([SpanJob(conversation)], clock).run_once(store)

    assert done["conversation"].scored == 1
    assert judged(store, "TargetKind, TraceId, SessionId, Value, Label") == [
        ("session", "", "it's one", 2.0, "hello|bye")
    ]


def test_one_id_in_two_projects_is_two_traces(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Nobody's spans are judged with somebody else's."""
    for project in ("east", "west"):
        traffic.add([project], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST, Project=project)

    SpanLoop([SpanJob(turns)], clock).run_once(store)

    assert sorted(judged(store, "Project, Label")) == [("east", "east"), ("west", "west")]


def test_many_traces_are_all_judged_once(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Whatever the slices: a trace that lies across several is judged whole and once."""
    for n in range(150):
        traffic.add(["a", "b"], received_ns=NOON_NS - (600 - n) * SECOND, TraceId=f"{n:032x}")

    done = SpanLoop([SpanJob(turns, Selection(batch_rows=7))], clock).run_once(store)

    assert (done["turns"].scored, done["turns"].outstanding) == (150, 150)
    assert judged(store, "DISTINCT Value, TargetTime")[0][0] == 2.0
    assert store.query("SELECT count(), uniqExact(TraceId) FROM scores SETTINGS final = 0").result_rows == [(150, 150)]


def test_backfill_judges_settled_traces_again(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """By start time, to the same rows."""
    traffic.add(["one"], received_ns=NOON_NS - 60 * SECOND, TraceId=FIRST)
    loop = SpanLoop([SpanJob(turns)], clock)
    loop.run_once(store)
    since, until = NOON_NS - 3600 * SECOND, NOON_NS

    again = [loop.backfill(store, since, until, rescore=how)["turns"].scored for how in ("", "failed", "all")]

    assert again == [0, 0, 1]
    assert judged(store) == [(FIRST, 1.0, "one", 1)]
