"""Several workers share the traffic; one that is killed is replaced by the others, and no span is left out."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evaluated_traffic import Traffic

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore, Store, StoreUrl, open_store
from spanglass_evaluators.engine.slots import ALL_SLOTS, owned_by
from spanglass_evaluators.engine.workers import Lease, Workers

PROCESS = str(Path(__file__).with_name("working_process.py"))
PROJECT = "shared-by-workers"
SPANS = 900
_COUNTS = "SELECT uniqExact(SpanId), count() FROM scores WHERE Project = {p:String} AND Name = 'shared-work'"


def wait_until(holds: Callable[[], bool], within_s: float = 60) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        threading.Event().wait(0.05)


@pytest.fixture
def start_worker(shared_collector: BackgroundCollector) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts processes that reach the store as any other does; ends those that are left."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, PROCESS, str(shared_collector.endpoints.store_url), PROJECT]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=30)


def first_score(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line):
            return


def counts(store: Store, *, as_written: bool = False) -> tuple[int, int]:
    """(spans with a score, rows); `as_written`: before rows of one identity are made one."""
    [row] = store.query(_COUNTS + " SETTINGS final = 0" * as_written, {"p": PROJECT}).result_rows
    return int(row[0]), int(row[1])


def test_a_killed_worker_is_replaced_by_the_others(
    shared_store: ClickHouseStore, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """Three share, one gets SIGKILL at work, one SIGTERM: every span has exactly one score, few were scored twice."""
    traffic = Traffic(shared_store)
    now = time.time_ns()
    traffic.add(["text"] * SPANS, received_ns=now, Project=PROJECT)
    workers = [start_worker() for _ in range(3)]
    for worker in workers:
        first_score(worker)

    workers[0].send_signal(signal.SIGKILL)
    workers[1].send_signal(signal.SIGTERM)
    traffic.add(["late"] * 50, received_ns=now - 3_600 * 10**9, Project=PROJECT)
    wait_until(lambda: counts(shared_store)[0] == SPANS + 50)

    assert counts(shared_store) == (SPANS + 50, SPANS + 50)
    _, written = counts(shared_store, as_written=True)
    assert written - SPANS - 50 <= 300, "workers scored much of it twice"


def test_slots_have_one_owner_and_move_only_with_who_leaves() -> None:
    """All slots are owned, each by one; when one leaves, nobody else's slots change."""
    names = ["a", "b", "c"]
    owned = {name: owned_by(name, names) for name in names}
    without_c = {name: owned_by(name, ["a", "b"]) for name in ("a", "b")}

    assert frozenset().union(*owned.values()) == ALL_SLOTS
    assert sum(map(len, owned.values())) == len(ALL_SLOTS)
    assert all(owned[name] <= without_c[name] for name in ("a", "b"))


def test_a_worker_that_comes_waits_and_one_that_leaves_is_replaced_at_once(store: Store, store_url: StoreUrl) -> None:
    """The first has all slots; the second gets its share after two beats; when it leaves, the first has all again."""
    lease = Lease(beat_s=0.2, lease_s=30)
    first, second = (Workers(lambda: open_store(store_url), lease, name) for name in ("one", "two"))
    first.start()
    try:
        assert first.slots == ALL_SLOTS
        second.start()
        assert second.slots == frozenset()
        wait_until(lambda: second.slots == owned_by("two", ["one", "two"]) and first.slots == ALL_SLOTS - second.slots)
        second.leave()
        wait_until(lambda: first.slots == ALL_SLOTS)
    finally:
        first.leave()
        second.leave()
