"""Threads that score one evaluator's batches, so that a batch that hangs costs itself and never the loop.

A thread that does not come back in time is given up (nothing can end it) and another takes its place. An
evaluator with too many such threads gets no more work until some have come back.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence

from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator
from spanglass_evaluators.engine.attempts import score_with_retries
from spanglass_evaluators.engine.limits import Limits
from spanglass_evaluators.errors import EvaluationError

_MOST_HANGING = 4


class StillHanging(EvaluationError):
    """Too many of the evaluator's threads have not come back; it gets no work until one does."""


class Ticket:
    """A batch in work. `results` is there when `done` is set; seconds are of all tries together."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.done = threading.Event()
        self.results: Sequence[Judgement | Failure] = ()
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.try_began: float | None = None
        """None while it waits for a thread or between two tries: then no time runs against it."""
        self.is_given_up = False

    def begin_try(self) -> None:
        self.try_began = time.monotonic()

    def pause(self, seconds: float) -> None:
        self.try_began = None
        time.sleep(seconds)


class ScoringThreads:
    """`submit` batches, `collect` them in any order. Belongs to one caller's thread."""

    def __init__(self, evaluator: SpanEvaluator, limits: Limits) -> None:
        self._evaluator = evaluator
        self._limits = limits
        self._waiting: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._given_up: list[Ticket] = []
        self._started = 0

    def check(self) -> None:
        """Raises StillHanging."""
        self._given_up = [ticket for ticket in self._given_up if not ticket.done.is_set()]
        if len(self._given_up) >= _MOST_HANGING:
            raise StillHanging(
                f"{len(self._given_up)} batches of {self._evaluator.name} have not come back after "
                f"{self._limits.batch_timeout_s:g} s; it goes on when one does. "
                "Restart the evaluators, or raise batch_timeout_s"
            )

    def submit(self, batch: Batch) -> Ticket:
        while self._started < self._limits.batches_at_once:
            self._start_thread()
        ticket = Ticket(batch)
        self._waiting.put(ticket)
        return ticket

    def collect(self, ticket: Ticket) -> Sequence[Judgement | Failure]:
        """Waits; a batch out of time has failed."""
        while not ticket.done.wait(self._wait_s(ticket)):
            if ticket.try_began is not None and self._left_s(ticket.try_began) <= 0:
                return self._give_up(ticket)
        return ticket.results

    def rest(self) -> None:
        """End the threads that have nothing to do; `submit` starts them again."""
        for _ in range(self._started):
            self._waiting.put(None)
        self._started = 0

    def _wait_s(self, ticket: Ticket) -> float:
        left = self._limits.batch_timeout_s if ticket.try_began is None else self._left_s(ticket.try_began)
        return min(max(left, 0.001), 1.0)

    def _left_s(self, began: float) -> float:
        return began + self._limits.batch_timeout_s - time.monotonic()

    def _give_up(self, ticket: Ticket) -> Sequence[Judgement | Failure]:
        ticket.is_given_up = True
        ticket.seconds = self._limits.batch_timeout_s
        self._given_up.append(ticket)
        self._started -= 1
        if not self._waiting.empty():
            self._start_thread()
        return [Failure(f"no answer within {self._limits.batch_timeout_s:g} s")] * ticket.batch.size

    def _start_thread(self) -> None:
        self._started += 1
        threading.Thread(target=self._work, name=f"score-{self._evaluator.name}", daemon=True).start()

    def _work(self) -> None:
        while (ticket := self._waiting.get()) is not None:
            began, cpu = time.perf_counter(), time.thread_time()
            results = score_with_retries(
                self._evaluator,
                ticket.batch,
                self._limits.retries,
                pause=ticket.pause,
                on_attempt=ticket.begin_try,
            )
            if not ticket.is_given_up:
                ticket.seconds, ticket.cpu_seconds = time.perf_counter() - began, time.thread_time() - cpu
                ticket.results = results
            ticket.done.set()
            if ticket.is_given_up:
                return  # another thread has this place
