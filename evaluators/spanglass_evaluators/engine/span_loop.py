"""Runs evaluators of spans, traces and sessions over what they have not scored yet.

A kill at any moment loses nothing: scores are written before the watermark that speaks of them, and what is
read again is either found scored or scored to the same row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from spanglass_collector.errors import StoreRefused
from spanglass_collector.store import Store
from spanglass_evaluators.engine.claim import Rescore, Stretch, slices
from spanglass_evaluators.engine.claim_groups import settle_s
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.late import LateArrivals
from spanglass_evaluators.engine.progress import (
    OnProgress,
    Progress,
    Watermark,
    ignore_progress,
    read_watermark,
    write_watermark,
)
from spanglass_evaluators.engine.scoring_threads import ScoringThreads, StillHanging
from spanglass_evaluators.engine.slots import ALL_SLOTS
from spanglass_evaluators.engine.span_run import Clock, OnBatch, SpanRun, Surroundings

__all__ = ["Clock", "SpanJob", "SpanLoop"]

logger = logging.getLogger(__name__)


class SpanLoop:
    """Scores what is outstanding, evaluator by evaluator. Keeps the late-arrival counts between runs.

    `slots`: this worker's share as of now. `turn_s`: how long an evaluator may go on before the next one's turn.
    """

    def __init__(
        self,
        jobs: Sequence[SpanJob],
        clock: Clock,
        *,
        overlap_s: float = 60,
        late_horizon_s: float = 86_400,
        turn_s: float = float("inf"),
        slots: Callable[[], frozenset[int]] = lambda: ALL_SLOTS,
        should_stop: Callable[[], bool] = lambda: False,
        on_batch: OnBatch = lambda *_: None,
    ) -> None:
        self._on_batch = on_batch
        self.jobs = tuple(jobs)
        self._clock = clock
        self._overlap_ns = int(overlap_s * 1e9)
        self._late = LateArrivals(late_horizon_s)
        self._turn_s = turn_s
        self._slots = slots
        self._had: frozenset[int] = frozenset()
        self._should_stop = should_stop
        self._threads = {job.evaluator.name: ScoringThreads(job.evaluator, job.limits) for job in self.jobs}
        self._told: dict[str, str] = {}

    def run_once(self, store: Store, on_progress: OnProgress = ignore_progress) -> dict[str, Progress]:
        """Score everything that has arrived; returns what was done, by name. Raises StoreUnavailable.

        An evaluator whose SQL the store refuses is reported in its Progress and does not stop the others.
        """
        mine, now_ns = self._slots(), self._clock()
        if not mine:
            return {}
        if mine - self._had:
            self._late.forget()
        self._had = mine
        self._late.look(store, now_ns)
        return {job.evaluator.name: self._guarded(store, job, now_ns, on_progress) for job in self.jobs}

    def backfill(
        self,
        store: Store,
        since_ns: int,
        until_ns: int,
        *,
        rescore: Rescore = "",
        on_progress: OnProgress = ignore_progress,
    ) -> dict[str, Progress]:
        """Score spans that *started* in [since, until), whatever the watermark; `rescore`: judged ones, too."""
        stretch = Stretch(since_ns - 1, until_ns - 1, axis="Timestamp")
        done = {}
        for job in self.jobs:
            selection = replace(job.selection, rescore=rescore)
            run = SpanRun(job, selection, self._around(store, job, on_progress, self._should_stop, ALL_SLOTS))
            run.announce(stretch)
            run.score_stretch(stretch)
            self._threads[job.evaluator.name].rest()
            done[job.evaluator.name] = run.progress
        return done

    def _around(
        self,
        store: Store,
        job: SpanJob,
        on_progress: OnProgress,
        must_stop: Callable[[], bool],
        slots: frozenset[int] | None = None,
    ) -> Surroundings:
        threads = self._threads[job.evaluator.name]
        has_moved = (lambda: False) if slots is ALL_SLOTS else (lambda: not self._had <= self._slots())
        return Surroundings(store, self._clock, threads, on_progress, self._on_batch, must_stop, has_moved)

    def _guarded(self, store: Store, job: SpanJob, now_ns: int, on_progress: OnProgress) -> Progress:
        name = job.evaluator.name
        try:
            progress = self._advance(store, job, now_ns, on_progress)
        except (StoreRefused, StillHanging) as error:
            reached_ns = read_watermark(store, job.evaluator, self._had).received_ns  # so that its lag goes on growing
            progress = Progress(name, error=str(error), reached_ns=reached_ns)
            on_progress(progress)
        finally:
            self._threads[name].rest()
        self._tell(progress)
        return progress

    def _tell(self, progress: Progress) -> None:
        """In the log, once for each reason: not every few seconds."""
        name, why = progress.evaluator, progress.error or progress.waiting
        if why and self._told.get(name) != why:
            if progress.error:
                logger.error("evaluator %s cannot go on: %s", name, why)
            else:
                logger.warning("evaluator %s waits: %s", name, why)
        self._told[name] = why

    def _advance(self, store: Store, job: SpanJob, now_ns: int, on_progress: OnProgress) -> Progress:
        selection = replace(job.selection, slots=self._had)
        ends, began = time.monotonic() + self._turn_s, time.monotonic()
        around = self._around(store, job, on_progress, lambda: self._should_stop() or time.monotonic() > ends)
        run = SpanRun(job, selection, around)
        mark = read_watermark(store, job.evaluator, self._had)
        until = now_ns - int(settle_s(job.evaluator, selection) * 1e9)
        run.announce(Stretch(mark.received_ns, until))
        if self._score_late(run, job.evaluator.name, mark.received_ns):
            mark = self._score_ahead(run, around, mark, until)
        return replace(run.progress, seconds=time.monotonic() - began, reached_ns=mark.received_ns)

    def _score_late(self, run: SpanRun, name: str, mark_ns: int) -> bool:
        """What has arrived behind the watermark. False when stopped before the end."""
        behind = mark_ns - self._overlap_ns
        again = [
            Stretch(s.after_ns, min(s.until_ns, behind)) for s in self._late.stretches(name) if s.after_ns < behind
        ]
        is_whole = all(run.score_stretch(stretch) for stretch in again)
        if is_whole:
            self._late.settle(name)
        return is_whole

    def _score_ahead(self, run: SpanRun, around: Surroundings, mark: Watermark, until_ns: int) -> Watermark:
        counted = Progress("")
        ahead = Stretch(max(0, mark.received_ns - self._overlap_ns), until_ns)
        for piece in slices(around.store, ahead, run.job.selection.slice_rows):
            is_whole = run.score_slice(piece)
            mark = mark.reaching(
                piece.until_ns if is_whole else 0,
                scored=run.progress.scored - counted.scored,
                failed=run.progress.failed - counted.failed,
            )
            counted = run.progress
            write_watermark(around.store, run.job.evaluator, mark, now_ns=self._clock())
            if not is_whole:
                break
        return mark
