"""The engine scores every span once, whatever arrives late, fails or is killed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store, StoreUrl, open_store
from spanglass_evaluators import Batch, Failure, Judgement, evaluator
from spanglass_evaluators.engine.claim import Rescore, Selection
from spanglass_evaluators.engine.sampling import Sample
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.quality.refusal import Refusal


@evaluator(name="length")
def length(text: str) -> int:
    return len(text)


def scores(store: Store, columns: str = "Name, Value, Label, Error") -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.query(f"SELECT {columns} FROM scores ORDER BY TargetTime, Name").result_rows]


def test_scores_every_span_once(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Running twice writes what running once writes."""
    traffic.add(["I cannot help with that.", "Sure, here it is."], received_ns=NOON_NS)
    loop = SpanLoop([SpanJob(Refusal())], clock)

    first, second = loop.run_once(store), loop.run_once(store)

    assert (first["refusal"].scored, second["refusal"].scored) == (2, 0)
    assert [row[:3] for row in scores(store)] == [("refusal", 1.0, "refused"), ("refusal", 0.0, "answered")]
    assert store.query("SELECT count() FROM scores SETTINGS final = 0").result_rows[0][0] == 2


def test_drains_many_batches(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Spans that arrived in one moment and spans over many slices are all scored, each once."""
    traffic.add(["x" * i for i in range(1, 151)], received_ns=NOON_NS)
    traffic.add(["y"] * 70, received_ns=NOON_NS, ReceivedAt=NOON_NS)
    loop = SpanLoop([SpanJob(length, Selection(batch_rows=3))], clock)

    done = loop.run_once(store)

    assert (done["length"].scored, done["length"].failed, done["length"].outstanding) == (220, 0, 220)
    assert len(scores(store)) == 220


def test_finds_spans_that_arrive_behind_the_watermark(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """A span stamped hours ago and stored now (a drained spool) is scored by the next run."""
    traffic.add(["early"], received_ns=NOON_NS)
    loop = SpanLoop([SpanJob(length)], clock)
    loop.run_once(store)

    traffic.add(["late"], received_ns=NOON_NS - 3 * 3600 * SECOND)
    clock.advance(600)
    loop.run_once(store)

    assert sorted(row[1] for row in scores(store)) == [4.0, 5.0]


def test_another_process_goes_on_where_one_was_killed(
    store: Store, store_url: StoreUrl, traffic: Traffic, clock: SettableClock
) -> None:
    """A run that stops after its first batch leaves the rest, and only the rest, to the next."""
    traffic.add(["a"] * 10, received_ns=NOON_NS)
    stops = itertools.chain([False], itertools.repeat(True))
    killed = SpanLoop([SpanJob(length, Selection(batch_rows=4))], clock, should_stop=lambda: next(stops))
    assert killed.run_once(store)["length"].scored == 4

    with open_store(store_url) as other:
        done = SpanLoop([SpanJob(length)], clock).run_once(other)

    assert done["length"].scored == 6
    assert store.query("SELECT count() FROM scores SETTINGS final = 0").result_rows[0][0] == 10


class Explodes:
    """An evaluator with a bug."""

    name, version, config = "explodes", "1", None
    columns: Sequence[str] = ("output_text",)
    where = "Kind = 'llm'"

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        raise ValueError("a bug")


def test_a_raising_evaluator_writes_failures_and_stops_nobody(
    store: Store, traffic: Traffic, clock: SettableClock
) -> None:
    """Its spans get a row that says why; the other evaluator scores on."""
    traffic.add(["hello"], received_ns=NOON_NS)

    done = SpanLoop([SpanJob(Explodes()), SpanJob(length)], clock).run_once(store)

    assert done["explodes"].failed == 1
    assert scores(store) == [("explodes", None, "", "ValueError: a bug"), ("length", 5.0, "", "")]


def test_an_evaluator_with_wrong_sql_is_reported(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """The store's refusal is in its progress; the other evaluator scores on."""
    traffic.add(["hello"], received_ns=NOON_NS)
    wrong = replace(length, name="wrong", where="NoSuchColumn = 1")

    done = SpanLoop([SpanJob(wrong), SpanJob(length)], clock).run_once(store)

    assert "NoSuchColumn" in done["wrong"].error
    assert done["length"].scored == 1


def test_not_a_number_is_a_failure(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """NaN never reaches the averages."""
    traffic.add(["hello"], received_ns=NOON_NS)
    nan = evaluator(name="nan")(lambda _text: float("nan"))

    SpanLoop([SpanJob(nan)], clock).run_once(store)

    assert scores(store) == [("nan", None, "", "the evaluator answered nan")]


def test_a_sample_is_the_same_spans_every_time(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """About the asked share is scored, by a hash of the trace: running again adds nothing."""
    traffic.add(["x"] * 400, received_ns=NOON_NS)
    job = SpanJob(length, Selection(sample=Sample(0.25)))

    SpanLoop([job], clock).run_once(store)
    chosen = scores(store, "TraceId")
    SpanLoop([job], clock).run_once(store)

    assert 70 <= len(chosen) <= 130
    assert scores(store, "TraceId") == chosen


def test_a_new_version_scores_history_again_beside_the_old(
    store: Store, traffic: Traffic, clock: SettableClock
) -> None:
    """Both versions' rows stay, told apart by EvaluatorVersion."""
    traffic.add(["hello"], received_ns=NOON_NS)
    SpanLoop([SpanJob(length)], clock).run_once(store)

    SpanLoop([SpanJob(replace(length, version="2"))], clock).run_once(store)

    assert sorted(scores(store, "EvaluatorVersion")) == [("1",), ("2",)]


@pytest.mark.parametrize(("rescore", "expected"), [("", 1), ("all", 3)])
def test_backfill_judges_by_start_time(
    store: Store, traffic: Traffic, clock: SettableClock, rescore: Rescore, expected: int
) -> None:
    """Only spans that started in the range; those scored before only when asked to rescore."""
    traffic.add(["a", "b"], received_ns=NOON_NS)
    SpanLoop([SpanJob(length)], clock).run_once(store)
    traffic.add(["c"], received_ns=NOON_NS)
    traffic.add(["outside"], received_ns=NOON_NS + 100 * SECOND)

    done = SpanLoop([SpanJob(length)], clock).backfill(store, NOON_NS - 60 * SECOND, NOON_NS + SECOND, rescore=rescore)

    assert done["length"].scored == expected


def test_a_span_stored_twice_is_scored_once(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """A client's retry must not count twice."""
    ids = {"TraceId": "a" * 32, "SpanId": "b" * 16, "Timestamp": NOON_NS}
    traffic.add(["hello"], received_ns=NOON_NS, **ids)
    traffic.add(["hello"], received_ns=NOON_NS + SECOND, **ids)
    clock.advance(5)

    done = SpanLoop([SpanJob(length)], clock).run_once(store)

    assert done["length"].scored == 1
