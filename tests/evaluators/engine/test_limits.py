"""An evaluator that hangs, fails for a while or costs too much is held to its limits, and everybody can see it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators import Batch, Failure, Judgement, evaluator
from spanglass_evaluators.engine.attempts import pause_s, score_with_retries
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.limits import Budget, Limits
from spanglass_evaluators.engine.span_loop import SpanLoop
from spanglass_evaluators.meters import EvaluatorMeters

TEXTS = Batch({"output_text": ["a", "busy", "c"]}, 3)


class Busy(Exception):
    """What a client raises at a limit of requests."""

    retryable = True


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set at the end, so that no thread hangs on."""
    event = threading.Event()
    yield event
    event.set()


def hanging_loop(traffic: Traffic, clock: SettableClock, released: threading.Event) -> SpanLoop:
    """Of an evaluator that answers when `released` is set, with four spans to judge one at a time."""

    @evaluator(name="hangs")
    def hangs(_text: str) -> int:
        released.wait()
        return 1

    traffic.add(["x"] * 4, received_ns=NOON_NS - 10 * SECOND)
    return SpanLoop([SpanJob(hangs, Selection(batch_rows=1), Limits(batch_timeout_s=0.05))], clock)


def errors(store: Store) -> list[tuple[str, int]]:
    sql = "SELECT Error, count() FROM scores GROUP BY Error ORDER BY Error"
    return [(str(error), int(count)) for error, count in store.query(sql).result_rows]


def test_a_batch_that_hangs_fails_and_the_loop_goes_on(
    store: Store, traffic: Traffic, clock: SettableClock, released: threading.Event
) -> None:
    """Its rows say how long was waited; the other batches and the other evaluator are scored."""

    @evaluator(name="hangs")
    def hangs(text: str) -> int:
        if text == "hang":
            released.wait()
        return len(text)

    @evaluator(name="fine")
    def fine(text: str) -> int:
        return len(text)

    traffic.add(["a", "b", "hang", "d", "e", "f"], received_ns=NOON_NS)
    selection, limits = Selection(batch_rows=2), Limits(batch_timeout_s=0.3)

    done = SpanLoop([SpanJob(hangs, selection, limits), SpanJob(fine)], clock).run_once(store)

    assert (done["hangs"].scored, done["hangs"].failed) == (4, 2)
    assert done["fine"].scored == 6
    assert errors(store) == [("", 10), ("no answer within 0.3 s", 2)]


def test_an_evaluator_that_only_hangs_gets_no_more_work(
    store: Store, traffic: Traffic, clock: SettableClock, released: threading.Event
) -> None:
    """After four threads that did not come back it is refused, its spans are kept for when they have."""
    loop = hanging_loop(traffic, clock, released)
    loop.run_once(store)
    traffic.add(["later"], received_ns=NOON_NS)
    clock.advance(1)

    refused = loop.run_once(store)["hangs"]
    released.set()

    assert "have not come back" in refused.error
    assert errors(store) == [("no answer within 0.05 s", 4)]


def test_what_may_go_well_next_time_is_tried_again() -> None:
    """Only the rows that say so, with pauses that double; what fails to the end keeps its reason."""
    seen: list[list[str]] = []
    pauses: list[float] = []

    @evaluator(name="remote", takes_batch=True)
    def remote(texts: Sequence[str]) -> list[Judgement | Failure]:
        seen.append(list(texts))
        if len(seen) == 1:
            raise Busy("too many requests")
        return [Failure("busy", retryable=True) if text == "busy" else Judgement(1.0) for text in texts]

    results = score_with_retries(remote, TEXTS, 2, pause=pauses.append)

    assert seen == [["a", "busy", "c"], ["a", "busy", "c"], ["busy"]]
    assert pauses == [1.0, 2.0]
    assert results == [Judgement(1.0), Failure("busy", retryable=True), Judgement(1.0)]
    assert [pause_s(n) for n in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_bug_is_not_tried_again() -> None:
    """The same call would fail the same way."""
    calls: list[int] = []

    @evaluator(name="bug", takes_batch=True)
    def bug(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        raise ValueError("a bug")

    results = score_with_retries(bug, TEXTS, 2, pause=lambda _: None)

    assert calls == [3]
    assert results == [Failure("ValueError: a bug")] * 3


def test_batches_are_scored_at_once(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """With batches_at_once 3, three batches meet in the evaluator; alone, none of them would get on."""
    together = threading.Barrier(3, timeout=30)

    @evaluator(name="meets", takes_batch=True)
    def meets(texts: Sequence[str]) -> list[int]:
        together.wait()
        return [1] * len(texts)

    traffic.add(["x"] * 6, received_ns=NOON_NS)

    job = SpanJob(meets, Selection(batch_rows=1), Limits(batches_at_once=3))
    assert SpanLoop([job], clock).run_once(store)["meets"].scored == 6


@pytest.mark.parametrize(
    ("budget", "scored", "waits"),
    [
        (Budget(calls_per_hour=4), 4, "budget of 4 calls an hour is used up; goes on at 2026-02-02 03:00 UTC"),
        (Budget(calls_per_day=5, calls_per_hour=99), 5, "5 calls a day is used up; goes on at 2026-02-03 00:00 UTC"),
        (Budget(usd_per_day=0.05), 6, "budget of 0.05 USD a day is used up"),
        (Budget(cpu_s_per_hour=1e-9), 2, "CPU seconds an hour"),
    ],
)
def test_a_budget_that_is_used_up_is_told(
    store: Store, traffic: Traffic, clock: SettableClock, budget: Budget, scored: int, waits: str
) -> None:
    """The rest waits without rows, also for another worker; calls are exact, money and CPU to what was in work."""

    @evaluator(name="costly", takes_batch=True)
    def costly(texts: Sequence[str]) -> list[Judgement]:
        return [Judgement(1.0, cost_usd=0.01) for _ in texts]

    traffic.add(["x"] * 10, received_ns=NOON_NS)
    job = SpanJob(costly, Selection(batch_rows=2), Limits(budget=budget))

    first = SpanLoop([job], clock).run_once(store)["costly"]
    second = SpanLoop([job], clock).run_once(store)["costly"]

    assert first.scored == scored
    assert waits in first.waiting
    assert (second.scored, second.waiting) == (0, first.waiting)
    assert errors(store) == [("", scored)]


def test_a_budget_turns_with_its_period(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """An hour later the rest is scored; nothing was passed by."""

    @evaluator(name="hourly")
    def hourly(text: str) -> int:
        return len(text)

    traffic.add(["x"] * 10, received_ns=NOON_NS)
    loop = SpanLoop([SpanJob(hourly, Selection(batch_rows=3), Limits(budget=Budget(calls_per_hour=6)))], clock)

    runs = []
    for _ in range(3):
        runs.append(loop.run_once(store)["hourly"])
        clock.advance(3600)

    assert [(run.scored, bool(run.waiting)) for run in runs] == [(6, True), (4, False), (0, False)]


def test_an_evaluator_that_hangs_falls_behind_for_all_to_see(
    store: Store,
    traffic: Traffic,
    clock: SettableClock,
    released: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its lag grows while it gets no work (it stood at the 0 of its last good round), and the log says so once."""
    loop = hanging_loop(traffic, clock, released)
    meters = EvaluatorMeters()
    lags = []
    for _ in range(3):
        traffic.add(["later"], received_ns=clock())
        clock.advance(60)
        meters.show_round(loop.run_once(store).values(), (), clock() / 1e9)
        lags.append(meters.registry.get_sample_value("spanglass_evaluator_lag_seconds", {"evaluator": "hangs"}))
    released.set()

    assert lags == [0.0, 60.0, 120.0]
    assert sum("cannot go on" in record.message for record in caplog.records) == 1


@dataclass(frozen=True)
class Careless:
    """A class behind the contract that does not keep it. `answers`: what it answers, row by row."""

    answers: Sequence[Any]
    name: str = "careless"
    version: str = "1"
    config: Limits = field(default_factory=Limits)
    columns: Sequence[str] = ("output_text",)
    where: str = ""

    def score(self, _batch: Batch) -> Sequence[Any]:
        return self.answers


def test_an_answer_that_is_no_judgement_is_a_failure() -> None:
    """Not a row without value and error, which would mean that the evaluator looked and could not tell."""
    answers = [0.5, Judgement("high"), Judgement(float("nan"))]  # type: ignore[arg-type]  # that is the point

    results = score_with_retries(Careless(answers), TEXTS, 0, pause=lambda _: None)

    assert [result.reason for result in results if isinstance(result, Failure)] == [
        "ContractError: careless answered float; answer a Judgement or Failure",
        "ContractError: the value careless answered is a str",
        "the evaluator answered nan",
    ]


def test_numbers_of_numpy_are_values() -> None:
    """An evaluator that computes with arrays need not convert its numbers."""
    answers = [Judgement(np.float32(0.5)), Judgement(np.int64(2)), Judgement(None)]  # type: ignore[arg-type]

    results = score_with_retries(Careless(answers), TEXTS, 0, pause=lambda _: None)

    assert results == [Judgement(0.5), Judgement(2.0), Judgement(None)]


def test_an_evaluator_that_exits_fails_its_rows_at_once() -> None:
    """A metric that calls sys.exit would end the scoring thread, and each batch would wait for its whole timeout."""

    @evaluator(name="exits")
    def exits(text: str) -> int:
        raise SystemExit(f"usage: {text}")

    results = score_with_retries(exits, TEXTS, 0, pause=lambda _: None)

    assert [r.reason for r in results if isinstance(r, Failure)] == [
        f"SystemExit: usage: {t}" for t in ("a", "busy", "c")
    ]


def test_a_number_that_is_none_counts_as_failed(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """`spanglass eval list` and /metrics said that an evaluator that answers nan has scored everything."""

    @evaluator(name="nans")
    def nans(_text: str) -> float:
        return float("nan")

    traffic.add(["x"] * 3, received_ns=NOON_NS)

    done = SpanLoop([SpanJob(nans)], clock).run_once(store)["nans"]

    assert (done.scored, done.failed) == (0, 3)
