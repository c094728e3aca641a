"""Runs span evaluators over what they have not scored yet.

A kill at any moment loses nothing: scores are written before the watermark that speaks of them, and what is
read again is either found scored or scored to the same row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from spanglass_collector.errors import StoreRefused
from spanglass_collector.store import Store
from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator, target_of
from spanglass_evaluators.engine.claim import (
    ClaimedBatch,
    Rescore,
    Selection,
    Stretch,
    batches,
    count_spans,
    slices,
)
from spanglass_evaluators.engine.claim_groups import count_groups, group_batches, settle_s
from spanglass_evaluators.engine.late import LateArrivals
from spanglass_evaluators.engine.progress import (
    OnProgress,
    Progress,
    ignore_progress,
    read_watermark,
    write_watermark,
)
from spanglass_evaluators.engine.rows import write_scores
from spanglass_evaluators.errors import ContractError

logger = logging.getLogger(__name__)

Clock = Callable[[], int]
"""Now, in ns since 1970."""
OnBatch = Callable[[str, float, str], None]
"""Told of each batch: evaluator, seconds it took, trace id of one of its spans."""


@dataclass(frozen=True, slots=True)
class SpanJob:
    """An evaluator and which spans it gets."""

    evaluator: SpanEvaluator
    selection: Selection = field(default_factory=Selection)


class SpanLoop:
    """Scores what is outstanding, evaluator by evaluator. Keeps the late-arrival counts between runs."""

    def __init__(
        self,
        jobs: Sequence[SpanJob],
        clock: Clock,
        *,
        overlap_s: float = 60,
        late_horizon_s: float = 86_400,
        should_stop: Callable[[], bool] = lambda: False,
        on_batch: OnBatch = lambda *_: None,
    ) -> None:
        self._on_batch = on_batch
        self._jobs = tuple(jobs)
        self._clock = clock
        self._overlap_ns = int(overlap_s * 1e9)
        self._late = LateArrivals(late_horizon_s)
        self._should_stop = should_stop

    def run_once(self, store: Store, on_progress: OnProgress = ignore_progress) -> dict[str, Progress]:
        """Score everything that has arrived; returns what was done, by name. Raises StoreUnavailable.

        An evaluator whose SQL the store refuses is reported in its Progress and does not stop the others.
        """
        now_ns = self._clock()
        late = self._late.look(store, now_ns)
        done = {job.evaluator.name: self._guarded(store, job, late, now_ns, on_progress) for job in self._jobs}
        self._late.settle()
        return done

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
        for job in self._jobs:
            run = self._run(store, job, on_progress, rescore=rescore)
            run.announce(stretch)
            run.score_stretch(stretch)
            done[job.evaluator.name] = run.progress
        return done

    def _run(self, store: Store, job: SpanJob, on_progress: OnProgress, *, rescore: Rescore = "") -> _Run:
        return _Run(store, job, self._clock, on_progress, self._should_stop, rescore=rescore, on_batch=self._on_batch)

    def _guarded(
        self, store: Store, job: SpanJob, late: Sequence[Stretch], now_ns: int, on_progress: OnProgress
    ) -> Progress:
        try:
            return self._advance(store, job, late, now_ns, on_progress)
        except StoreRefused as error:
            logger.error("evaluator %s cannot read its spans: %s", job.evaluator.name, error)
            refused = Progress(job.evaluator.name, error=str(error))
            on_progress(refused)
            return refused

    def _advance(
        self, store: Store, job: SpanJob, late: Sequence[Stretch], now_ns: int, on_progress: OnProgress
    ) -> Progress:
        mark = read_watermark(store, job.evaluator)
        now_ns -= int(settle_s(job.evaluator, job.selection) * 1e9)
        behind = max(0, mark.received_ns - self._overlap_ns)
        again = [Stretch(s.after_ns, min(s.until_ns, behind)) for s in late if s.after_ns < behind]
        ahead = Stretch(behind, now_ns)
        run = self._run(store, job, on_progress)
        run.announce(Stretch(mark.received_ns, now_ns))
        for stretch in again:
            run.score_stretch(stretch)
        for piece in slices(store, ahead, job.selection.slice_rows):
            if not run.score_slice(piece):
                break
            reached = mark.reaching(piece.until_ns).plus(run.progress.scored, run.progress.failed)
            write_watermark(store, job.evaluator, reached, now_ns=self._clock())
        return run.progress


class _Run:
    """One evaluator's pass: counts, reports, and stops when told to."""

    def __init__(
        self,
        store: Store,
        job: SpanJob,
        clock: Clock,
        on_progress: OnProgress,
        should_stop: Callable[[], bool],
        *,
        rescore: Rescore,
        on_batch: OnBatch,
    ) -> None:
        self._on_batch = on_batch
        self._store = store
        self._job = job
        self._selection = replace(job.selection, rescore=rescore)
        self._clock = clock
        self._on_progress = on_progress
        self._should_stop = should_stop
        self.progress = Progress(job.evaluator.name)

    def announce(self, ahead: Stretch) -> None:
        """Count what is ahead, so that the watcher can show a share and an ETA."""
        count = count_spans if self._is_of_spans else count_groups
        self._report(outstanding=count(self._store, self._job.evaluator, ahead, self._selection))

    def score_stretch(self, stretch: Stretch) -> None:
        for piece in slices(self._store, stretch, self._selection.slice_rows):
            if not self.score_slice(piece):
                return

    def score_slice(self, piece: Stretch) -> bool:
        """False when stopped before its end."""
        evaluator = self._job.evaluator
        for claimed in self._batches(piece):
            began = time.perf_counter()
            results = score_batch(evaluator, claimed.batch)
            self._on_batch(evaluator.name, time.perf_counter() - began, claimed.targets[0].trace_id)
            judged = zip(claimed.targets, results, strict=True)
            write_scores(self._store, evaluator, judged, now_ns=self._clock())
            failed = sum(isinstance(result, Failure) for result in results)
            self._report(scored=len(results) - failed, failed=failed)
            if self._should_stop():
                return False
        return True

    def _batches(self, piece: Stretch) -> Iterator[ClaimedBatch]:
        evaluator, selection = self._job.evaluator, self._selection
        if self._is_of_spans:
            return batches(self._store, evaluator, piece, selection)
        settled_ns = self._clock() - int(settle_s(evaluator, selection) * 1e9)
        return group_batches(self._store, evaluator, piece, selection, settled_ns)

    @property
    def _is_of_spans(self) -> bool:
        return target_of(self._job.evaluator) == "span"

    def _report(self, *, scored: int = 0, failed: int = 0, outstanding: int = 0) -> None:
        p = self.progress
        self.progress = Progress(p.evaluator, p.scored + scored, p.failed + failed, p.outstanding + outstanding)
        self._on_progress(self.progress)


def score_batch(evaluator: SpanEvaluator, batch: Batch) -> Sequence[Judgement | Failure]:
    """One result per row, whatever the evaluator does: what it raises is every row's failure."""
    try:
        results = evaluator.score(batch)
        if len(results) != batch.size:
            raise ContractError(f"{evaluator.name} answered {len(results)} results for {batch.size} rows")
    except Exception as error:  # noqa: BLE001  the wall between the loop and an evaluator's code
        logger.warning("evaluator %s failed on %d spans: %r", evaluator.name, batch.size, error)
        return [Failure(f"{type(error).__name__}: {error}")] * batch.size
    return results
