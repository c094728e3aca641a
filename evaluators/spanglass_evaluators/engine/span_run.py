"""One evaluator's pass over stretches of time: claim, score in threads, write, and stop when told to.

While one batch is scored the next is read and the one before is written. Scores are written when there are many
of them or a second has passed: a slow evaluator loses a second's work to a kill, a fast one writes large blocks.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spanglass_collector.store import Store
from spanglass_evaluators.contract import Batch, Failure, Judgement, target_of
from spanglass_evaluators.engine.budget import Spend, Used, read_used, room_for, write_spend
from spanglass_evaluators.engine.claim import ClaimedBatch, ReadSize, Selection, Stretch, batches, count_spans, slices
from spanglass_evaluators.engine.claim_groups import count_groups, group_batches, settle_s
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.limits import Budget
from spanglass_evaluators.engine.progress import OnProgress, Progress
from spanglass_evaluators.engine.rows import write_scores
from spanglass_evaluators.engine.scoring_threads import ScoringThreads, Ticket
from spanglass_evaluators.engine.target import Target

Clock = Callable[[], int]
"""Now, in ns since 1970."""
OnBatch = Callable[[str, float, str], None]
"""Told of each batch: evaluator, seconds it took, trace id of one of its targets."""

_MOST_UNWRITTEN = 10_000
_WRITE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pass gets from the loop. `must_stop`: asked between two batches; `has_moved`: slots have changed hands."""

    store: Store
    clock: Clock
    threads: ScoringThreads
    on_progress: OnProgress
    on_batch: OnBatch
    must_stop: Callable[[], bool]
    has_moved: Callable[[], bool] = lambda: False


class SpanRun:
    """One pass. `progress` says what was done so far."""

    def __init__(self, job: SpanJob, selection: Selection, around: Surroundings) -> None:
        self.job = job
        self._selection = selection
        self._around = around
        self._size = ReadSize(selection.batch_rows)
        self._in_work: deque[tuple[ClaimedBatch, Ticket]] = deque()
        self._unwritten: list[tuple[Target, Judgement | Failure]] = []
        self._spend = Spend()
        self._wrote_at = time.monotonic()
        self._used = self._read_used()
        self.progress = Progress(job.evaluator.name)

    def announce(self, ahead: Stretch) -> None:
        """Count what is ahead, so that the watcher can show a share and an ETA."""
        count = count_spans if self._is_of_spans else count_groups
        self._report(outstanding=count(self._around.store, self.job.evaluator, ahead, self._selection))

    def score_stretch(self, stretch: Stretch) -> bool:
        """False when stopped before its end."""
        pieces = slices(self._around.store, stretch, self._selection.slice_rows)
        return all(self.score_slice(piece) for piece in pieces)

    def score_slice(self, piece: Stretch) -> bool:
        """False when stopped before its end; what was scored until then is written."""
        self._around.threads.check()
        try:
            return all(self._send(claimed) for claimed in self._claimed(piece))
        finally:
            while self._in_work:
                self._collect()
            self._write()

    def _send(self, claimed: ClaimedBatch) -> bool:
        """False when it, or a part of it, was left for another time."""
        while self._used is not None and len(self._in_work) >= self.job.limits.batches_at_once:
            self._collect()  # what a batch costs is known when it is done
        room = self._room()
        if room == 0 or self._around.must_stop() or self._around.has_moved():
            return False
        fitting = claimed if room is None or room >= claimed.batch.size else _first_of(claimed, room)
        self._spend = self._spend.plus(Spend(calls=fitting.batch.size))
        self._in_work.append((fitting, self._around.threads.submit(fitting.batch)))
        if len(self._in_work) > self.job.limits.batches_at_once:
            self._collect()
        if fitting is not claimed:
            self._room()  # says why
        return fitting is claimed

    def _room(self) -> int | None:
        if self._used is None:
            return None
        room, why = room_for(self.job.limits.budget, self._used.plus(self._spend))
        if why:
            self.progress = replace(self.progress, waiting=why)
        return room

    def _collect(self) -> None:
        claimed, ticket = self._in_work.popleft()
        results = self._around.threads.collect(ticket)
        self._around.on_batch(self.job.evaluator.name, ticket.seconds, claimed.targets[0].trace_id)
        usd = sum(r.cost_usd for r in results if isinstance(r, Judgement) and r.cost_usd)
        self._spend = self._spend.plus(Spend(0, usd, ticket.cpu_seconds))
        self._unwritten.extend(zip(claimed.targets, results, strict=True))
        if len(self._unwritten) >= _MOST_UNWRITTEN or time.monotonic() - self._wrote_at > _WRITE_EVERY_S:
            self._write()

    def _write(self) -> None:
        judged, self._unwritten = self._unwritten, []
        self._wrote_at = time.monotonic()
        if not judged:
            return
        now_ns = self._around.clock()
        write_scores(self._around.store, self.job.evaluator, judged, now_ns=now_ns)
        if self._used is not None:
            write_spend(self._around.store, self.job.evaluator.name, self._spend, now_ns)
            self._used, self._spend = self._used.plus(self._spend), Spend()
        failed = sum(isinstance(result, Failure) for _, result in judged)
        moved = len(judged) if self._around.has_moved() else 0
        self._report(scored=len(judged) - failed, failed=failed, handed_over=moved)

    def _claimed(self, piece: Stretch) -> Iterator[ClaimedBatch]:
        store, evaluator, selection = self._around.store, self.job.evaluator, self._selection
        if self._is_of_spans:
            return batches(store, evaluator, piece, selection, self._size)
        settled_ns = self._around.clock() - int(settle_s(evaluator, selection) * 1e9)
        return group_batches(store, evaluator, piece, selection, settled_ns)

    def _read_used(self) -> Used | None:
        """None: without a budget nothing is counted."""
        if self.job.limits.budget == Budget():
            return None
        return read_used(self._around.store, self.job.evaluator.name, self._around.clock())

    @property
    def _is_of_spans(self) -> bool:
        return target_of(self.job.evaluator) == "span"

    def _report(self, *, scored: int = 0, failed: int = 0, outstanding: int = 0, handed_over: int = 0) -> None:
        p = self.progress
        self.progress = replace(
            p,
            scored=p.scored + scored,
            failed=p.failed + failed,
            outstanding=p.outstanding + outstanding,
            handed_over=p.handed_over + handed_over,
        )
        self._around.on_progress(self.progress)


def _first_of(claimed: ClaimedBatch, rows: int) -> ClaimedBatch:
    columns = {name: values[:rows] for name, values in claimed.batch.columns.items()}
    return ClaimedBatch(Batch(columns, rows), claimed.targets[:rows])
