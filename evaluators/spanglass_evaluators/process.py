"""The evaluator process: one connection, one loop. It outlives its store and stops between two batches."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from spanglass_collector.errors import StoreError
from spanglass_collector.store import Store, StoreUrl, open_store
from spanglass_evaluators.cascade.cascade import Cascade
from spanglass_evaluators.config import EvaluationConfig
from spanglass_evaluators.engine.claim import Rescore
from spanglass_evaluators.engine.progress import OnProgress, Progress, ignore_progress
from spanglass_evaluators.engine.slots import ALL_SLOTS
from spanglass_evaluators.engine.span_loop import Clock, SpanLoop
from spanglass_evaluators.engine.window_loop import WindowLoop
from spanglass_evaluators.engine.workers import Lease, Workers
from spanglass_evaluators.meters import EvaluatorMeters

logger = logging.getLogger(__name__)

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class RunReport:
    """What was done, by evaluator name; window evaluators may appear once for each of their plans."""

    spans: dict[str, Progress] = field(default_factory=dict)
    windows: list[Progress] = field(default_factory=list)


def run(
    store_url: StoreUrl | str,
    config: EvaluationConfig,
    *,
    once: bool,
    on_progress: OnProgress = ignore_progress,
    stop_event: threading.Event | None = None,
    clock: Clock = time.time_ns,
    meters: EvaluatorMeters | None = None,
) -> RunReport:
    """Score everything outstanding and judge every window once, or go on until `stop_event` or SIGTERM.

    `once` raises StoreUnavailable when the store is away; otherwise the process waits and tries again,
    however long. Returns the report of the last round.
    """
    stop = stop_event or threading.Event()
    meters = meters or EvaluatorMeters()
    if once:
        spans, windows = _loops(config, clock, stop, meters, lambda: ALL_SLOTS, float("inf"))
        with open_store(store_url) as store:
            return RunReport(spans.run_once(store, on_progress), windows.run_once(store, on_progress))
    workers = Workers(lambda: open_store(store_url), Lease(config.engine.beat_s, config.engine.lease_s))
    spans, windows = _loops(config, clock, stop, meters, lambda: workers.slots, config.engine.turn_s)
    with _stopped_by_signals(stop), _among(workers):
        return _run_until_stopped(
            _Connection(store_url),
            config.engine.interval_s,
            lambda store: _round(store, spans, windows, on_progress, meters, clock() / 1e9),
            stop,
        )


@contextmanager
def _among(workers: Workers) -> Iterator[None]:
    workers.start()
    try:
        yield
    finally:
        workers.leave()


def backfill(
    store_url: StoreUrl | str,
    config: EvaluationConfig,
    since_ns: int,
    until_ns: int,
    *,
    rescore: Rescore = "",
    on_progress: OnProgress = ignore_progress,
    stop_event: threading.Event | None = None,
) -> dict[str, Progress]:
    """Score spans that started in [since, until), whatever was scored up to. Raises StoreError."""
    stop = stop_event or threading.Event()
    spans, _ = _loops(config, time.time_ns, stop, EvaluatorMeters(), lambda: ALL_SLOTS, float("inf"))
    with _stopped_by_signals(stop), open_store(store_url) as store:
        return spans.backfill(store, since_ns, until_ns, rescore=rescore, on_progress=on_progress)


def _round(
    store: Store,
    spans: SpanLoop,
    windows: WindowLoop,
    on_progress: OnProgress,
    meters: EvaluatorMeters,
    began_s: float,
) -> RunReport:
    report = RunReport(spans.run_once(store, on_progress), windows.run_due(store, on_progress))
    meters.show_round(report.spans.values(), report.windows, began_s)
    for job in spans.jobs:
        if isinstance(job.evaluator, Cascade):
            meters.show_cascade(job.evaluator)
    return report


def _loops(
    config: EvaluationConfig,
    clock: Clock,
    stop: threading.Event,
    meters: EvaluatorMeters,
    slots: Callable[[], frozenset[int]],
    turn_s: float,
) -> tuple[SpanLoop, WindowLoop]:
    spans = SpanLoop(
        config.span_jobs,
        clock,
        overlap_s=config.engine.overlap_s,
        late_horizon_s=config.engine.late_horizon_s,
        turn_s=turn_s,
        slots=slots,
        should_stop=stop.is_set,
        on_batch=meters.observe_batch,
    )
    return spans, WindowLoop(config.window_jobs, clock, slots)


class _Connection:
    """The store, opened when it is needed and dropped when it failed."""

    def __init__(self, url: StoreUrl | str) -> None:
        self._url = url
        self._store: Store | None = None

    def open(self) -> Store:
        self._store = self._store or open_store(self._url)
        return self._store

    def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()


def _run_until_stopped(
    connection: _Connection,
    interval_s: float,
    one_round: Callable[[Store], RunReport],
    stop: threading.Event,
) -> RunReport:
    report, wait_s = RunReport(), _FIRST_WAIT_S
    while not stop.is_set():
        outcome = _attempt(connection, one_round)
        if isinstance(outcome, RunReport):
            report, wait_s = outcome, _FIRST_WAIT_S
            stop.wait(interval_s)
            continue
        logger.warning("the evaluators try the store again in %.1f s: %s", wait_s, outcome)
        stop.wait(wait_s)
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
    connection.close()
    return report


def _attempt(connection: _Connection, one_round: Callable[[Store], RunReport]) -> RunReport | StoreError:
    """One round, or why there was none: the store is away, or has no schema yet."""
    try:
        return one_round(connection.open())
    except StoreError as error:
        connection.close()
        return error


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set the event; as before afterwards. Only the main thread may ask for signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers: dict[int, Callable[..., Any] | int | None] = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
