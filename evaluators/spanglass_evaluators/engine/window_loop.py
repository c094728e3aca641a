"""Runs window evaluators: resolve the windows, read them, judge, write. On a schedule or once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from spanglass_collector.errors import StoreRefused
from spanglass_collector.store import Store
from spanglass_collector.store.literal import sql_literal
from spanglass_evaluators.columns import sql_of
from spanglass_evaluators.contract import Window, WindowEvaluator, WindowJudgement
from spanglass_evaluators.engine.chunks import chunks_of
from spanglass_evaluators.engine.progress import OnProgress, Progress, ignore_progress
from spanglass_evaluators.engine.rows import write_window_scores
from spanglass_evaluators.engine.slots import ALL_SLOTS, slot_of
from spanglass_evaluators.engine.window_columns import distinct_values, read_window
from spanglass_evaluators.engine.windows import Bounds, WindowPlan, current_of, reference_of

logger = logging.getLogger(__name__)

_SECOND_NS = 10**9
_MOST_PROJECTS = 1_000
_MOST_PARTS = 50
_NEWEST = "SELECT toUnixTimestamp64Nano(max(Timestamp)) FROM spans WHERE {where} SETTINGS final = 0"


@dataclass(frozen=True, slots=True)
class WindowJob:
    """An evaluator and the windows it compares."""

    evaluator: WindowEvaluator
    plan: WindowPlan = field(default_factory=WindowPlan)


@dataclass(frozen=True, slots=True)
class _Part:
    """A project, perhaps one value of the plan's `by` in it, and its two windows."""

    project: str
    cohort: str
    reference: Bounds
    current: Bounds


class WindowLoop:
    """Judges windows. Remembers when each job ran last; a judgement repeated replaces its row."""

    def __init__(
        self,
        jobs: Sequence[WindowJob],
        clock: Callable[[], int],
        slots: Callable[[], frozenset[int]] = lambda: ALL_SLOTS,
    ) -> None:
        self._slots = slots
        self._jobs = tuple(jobs)
        self._clock = clock
        self._ran_for: dict[int, int] = {}

    def run_once(self, store: Store, on_progress: OnProgress = ignore_progress) -> list[Progress]:
        """Judge every job's windows as of now. Raises StoreUnavailable."""
        end_ns = self._clock() // _SECOND_NS * _SECOND_NS
        return [self._guarded(store, job, end_ns, on_progress) for job in self._jobs]

    def run_due(self, store: Store, on_progress: OnProgress = ignore_progress) -> list[Progress]:
        """Judge the jobs whose `every_s` has begun anew; their windows end where it began.

        With several workers, a job is that worker's who has its slot.
        """
        done = []
        for number, job in enumerate(self._jobs):
            if slot_of(f"{job.evaluator.name} {number}") not in self._slots():
                continue
            every_ns = int(job.plan.every_s * _SECOND_NS)
            end_ns = self._clock() // every_ns * every_ns
            if self._ran_for.get(number) != end_ns:
                done.append(self._guarded(store, job, end_ns, on_progress))
                self._ran_for[number] = end_ns
        return done

    def _guarded(self, store: Store, job: WindowJob, end_ns: int, on_progress: OnProgress) -> Progress:
        name = job.evaluator.name
        try:
            judged = [self._judge_part(store, job, part) for part in _parts(store, job.plan, end_ns)]
        except StoreRefused as error:
            logger.error("window evaluator %s cannot read its windows: %s", name, error)
            progress = Progress(name, error=str(error))
        else:
            failed = sum(bool(j.error) for part in judged for j in part)
            progress = Progress(name, scored=sum(map(len, judged)) - failed, failed=failed)
        on_progress(progress)
        return progress

    def _judge_part(self, store: Store, job: WindowJob, part: _Part) -> Sequence[WindowJudgement]:
        plan, columns = job.plan, job.evaluator.columns
        reference, current = (
            read_window(
                store,
                columns,
                bounds,
                project=part.project,
                max_rows=plan.max_rows,
                text_rows=plan.text_rows,
            )
            for bounds in (part.reference, part.current)
        )
        judgements = judge_windows(job.evaluator, reference, current)
        write_window_scores(
            store,
            job.evaluator,
            (reference, current),
            judgements,
            project=part.project,
            cohort=part.cohort,
            now_ns=self._clock(),
        )
        return judgements


def judge_windows(evaluator: WindowEvaluator, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
    """The judgements, or one that says what the evaluator raised."""
    try:
        return evaluator.judge(reference, current)
    except Exception as error:  # noqa: BLE001  the wall between the loop and an evaluator's code
        logger.warning("window evaluator %s failed: %r", evaluator.name, error)
        size = reference.size if reference else 0
        return [WindowJudgement("", "", current.size, size, error=f"{type(error).__name__}: {error}")]


def _parts(store: Store, plan: WindowPlan, end_ns: int) -> Iterator[_Part]:
    current = current_of(plan, _anchor(store, plan, end_ns))
    projects = (
        [plan.project]
        if plan.project
        else distinct_values(store, "Project", current, project="", at_most=_MOST_PROJECTS)
    )
    for project in projects:
        for chunk in chunks_of(store, plan, current, project=project):
            yield from _cohorts(store, plan, _Part(project, plan.label, reference_of(plan, current, chunk), chunk))


def _cohorts(store: Store, plan: WindowPlan, whole: _Part) -> Iterator[_Part]:
    """The part as a whole, or its share of each value of the plan's `by`."""
    if not plan.by:
        yield whole
        return
    for value in distinct_values(store, plan.by, whole.current, project=whole.project, at_most=_MOST_PARTS):
        only = f" AND toString({sql_of(plan.by)}) = {sql_literal(value)}"
        cohort = ", ".join(part for part in (plan.label, f"{plan.by.removeprefix('metadata.')}={value}") if part)
        yield _Part(whole.project, cohort, _narrowed(whole.reference, only), _narrowed(whole.current, only))


def _narrowed(bounds: Bounds, only: str) -> Bounds:
    return replace(bounds, where=bounds.where + only)


def _anchor(store: Store, plan: WindowPlan, end_ns: int) -> int:
    if plan.anchor == "now":
        return end_ns
    newest = store.query(_NEWEST.format(where=plan.where or "1")).result_rows[0][0]
    return int(newest) + 1
