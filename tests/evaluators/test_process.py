"""The process runs to its end, goes on until told to stop, and outlives its store."""

from __future__ import annotations

import threading

import pytest
from evaluated_traffic import NOON_NS, SettableClock, Traffic

from spanglass_collector.errors import StoreError
from spanglass_collector.store import Store, StoreUrl
from spanglass_evaluators.config import EngineConfig, EvaluationConfig
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.engine.progress import Progress
from spanglass_evaluators.engine.span_loop import SpanJob
from spanglass_evaluators.engine.window_loop import WindowJob
from spanglass_evaluators.process import run
from spanglass_evaluators.quality.refusal import Refusal

CONFIG = EvaluationConfig(
    EngineConfig(interval_s=0.01), span_jobs=(SpanJob(Refusal()),), window_jobs=(WindowJob(Drift()),)
)
NOBODY = "clickhouse://user:secret@127.0.0.1:9/spanglass"
"""A port where nothing answers."""


def test_once_scores_all_and_returns(store_url: StoreUrl, traffic: Traffic, clock: SettableClock) -> None:
    """The report says what was done, and the watcher saw it happen."""
    traffic.add(["Hello."] * 3, received_ns=NOON_NS - 1)
    seen: list[Progress] = []

    report = run(store_url, CONFIG, once=True, on_progress=seen.append, clock=clock)

    assert report.spans["refusal"].scored == 3
    assert [p.evaluator for p in report.windows] == ["drift"]
    assert seen[-2].scored == 3


def test_it_goes_on_until_stopped(store: Store, store_url: StoreUrl, traffic: Traffic, clock: SettableClock) -> None:
    """What arrives while it runs is scored by a later round."""
    traffic.add(["Hello."], received_ns=NOON_NS - 1)
    stop, scored = threading.Event(), 0

    def watch(progress: Progress) -> None:
        nonlocal scored
        if progress.evaluator == "refusal" and progress.scored:
            scored += progress.scored
            stop.set() if scored == 2 else traffic.add(["World."], received_ns=NOON_NS - 1)

    run(store_url, CONFIG, once=False, on_progress=watch, stop_event=stop, clock=clock)

    assert store.query("SELECT count() FROM scores").result_rows == [(2,)]


def test_once_tells_that_the_store_is_away() -> None:
    """A command must not hang."""
    with pytest.raises(StoreError):
        run(NOBODY, CONFIG, once=True)


def test_it_waits_for_a_store_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    """It tries again, and stops when told while it waits."""
    stop = threading.Event()
    timer = threading.Timer(1.5, stop.set)
    timer.start()

    run(NOBODY, CONFIG, once=False, stop_event=stop)

    assert sum("again in" in message for message in caplog.messages) >= 1
