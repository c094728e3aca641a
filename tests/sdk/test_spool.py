"""The spool: requests that could not be delivered wait on disk, for this process or another."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass.config import Limits, SpoolConfig
from spanglass.export.spool import Spool
from spanglass.export.transport import HttpTransport
from spanglass.export.worker import Exporter
from spanglass.ledger import Ledger
from spanglass.record.tracer import Provider, Resource

from . import faults
from .faults import FaultyReceiver
from .receiver import Answer, Receiver
from .test_export import FAST
from .test_processes import run

NOBODY = "http://127.0.0.1:9"  # nobody listens there
CALLS = """
    import spanglass
    spanglass.init(instrument=False)
    call = spanglass.trace(name="call")(lambda n: n)
    for n in range({count}):
        call(n)
    spanglass.flush({flush})
    print(spanglass.stats())
"""


class Line:
    """A tracer and an exporter with a spool."""

    def __init__(self, endpoint: str, folder: Path, *, limit_bytes: int = 1 << 20, limits: Limits = FAST) -> None:
        url = endpoint + "/v1/traces"
        self.spool = Spool(SpoolConfig(str(folder), limit_bytes), url)
        self.ledger = Ledger()
        self.exporter = Exporter(HttpTransport(url, {}), limits, self.ledger, spool=self.spool)
        self.tracer = Provider(self.exporter, Resource()).get_tracer("t")

    def send(self, *names: str) -> None:
        for name in names:
            self.tracer.start_span(name).end()
        assert self.exporter.flush(5)


def until(condition: object, within_s: float = 20.0) -> None:
    """Waits for something another thread does."""
    end = time.monotonic() + within_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_requests_wait_on_disk_and_are_replayed(receiver: Receiver, tmp_path: Path) -> None:
    """After an outage everything arrives once, and the ledger tells the two roads apart."""
    receiver.answers.extend([Answer(503, {"Retry-After": "0.01"})] * 2)
    line = Line(receiver.endpoint, tmp_path)
    line.send("first")
    assert (line.ledger.spooled, len(line.spool.waiting())) == (1, 1)
    until(lambda: not line.spool.waiting())
    line.send("second")
    line.exporter.shutdown(1.0)
    assert sorted(span.name for span in receiver.spans) == ["first", "second"]
    stats = line.exporter.stats()
    assert (stats.created, stats.exported, stats.spooled, stats.replayed) == (2, 1, 1, 1)


def test_a_later_process_delivers_what_an_earlier_one_could_not(receiver: Receiver, tmp_path: Path) -> None:
    """Spans survive the end of the process that made them."""
    receiver.answers.extend([Answer(503, {"Retry-After": "30"})] * 50)
    said = run(CALLS.format(count=5, flush=5), receiver.endpoint, SPANGLASS_SPOOL=str(tmp_path))
    assert "spooled=5" in said
    receiver.answers.clear()
    run(CALLS.format(count=1, flush=5) + "\n    import time\n    end = time.monotonic() + 15\n"
        "    while spanglass.stats().replayed < 5 and time.monotonic() < end: time.sleep(0.01)\n",
        receiver.endpoint, SPANGLASS_SPOOL=str(tmp_path))  # fmt: skip
    assert len(receiver.spans) == 6


@pytest.mark.parametrize("fault", [faults.silent, faults.drips])
def test_exit_spools_what_is_under_way(tmp_path: Path, fault: faults.Fault) -> None:
    """A receiver that never answers costs the exit deadline and no span."""
    receiver = FaultyReceiver(fault)
    began = time.monotonic()
    run(CALLS.format(count=3000, flush=0), receiver.endpoint, SPANGLASS_SPOOL=str(tmp_path))
    assert time.monotonic() - began < 8
    url = receiver.endpoint + "/v1/traces"
    assert sum(each.spans for each in Spool(SpoolConfig(str(tmp_path)), url).waiting()) == 3000
    receiver.close()


def test_a_replay_is_the_same_request(receiver: Receiver, tmp_path: Path) -> None:
    """Byte for byte, so that a collector that stored it before its answer was lost recognises it."""
    receiver.answers.append(Answer(503, {"Retry-After": "30"}))
    line = Line(receiver.endpoint, tmp_path)
    line.send("x")
    (waiting,) = line.spool.waiting()
    body = line.spool.read(waiting)
    other = Spool(SpoolConfig(str(tmp_path)), receiver.endpoint + "/v1/traces")
    assert other.read(other.waiting()[0]) == body
    line.exporter.shutdown(0.5)


def test_one_process_at_a_time_replays(tmp_path: Path) -> None:
    """The lock is the folder's, not the process's memory."""
    one, two = (Spool(SpoolConfig(str(tmp_path)), "http://x") for _ in range(2))
    one.add(b"1", 1)
    with one.replaying() as first, two.replaying() as second:
        assert (first, second) == (True, False)
    with two.replaying() as now:
        assert now


def test_places_do_not_share_a_spool(tmp_path: Path) -> None:
    """What was meant for one collector is never sent to another."""
    one = Spool(SpoolConfig(str(tmp_path)), "http://one/v1/traces")
    one.add(b"secret", 1)
    assert Spool(SpoolConfig(str(tmp_path)), "http://two/v1/traces").waiting() == []
    assert oct(one.folder.stat().st_mode & 0o777) == "0o700"


@given(sizes=st.lists(st.integers(1, 400), max_size=30))
def test_the_bound_holds_and_evictions_are_counted(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    """Whatever is added: at most the bound is on disk, the newest is kept, and no span is unaccounted for."""
    spool = Spool(SpoolConfig(str(tmp_path_factory.mktemp("spool")), 1000), "http://x")
    evicted = sum(spool.add(bytes(size), size) for size in sizes)
    waiting = spool.waiting()
    assert sum(each.size_bytes for each in waiting) <= 1000
    assert sum(each.spans for each in waiting) + evicted == sum(sizes)
    assert [each.spans for each in waiting] == sizes[len(sizes) - len(waiting) :]


def test_a_forked_child_spools_beside_its_parent(tmp_path: Path) -> None:
    """Both write to one folder; no file is lost or shared."""
    script = (
        CALLS.format(count=2, flush=5)
        + "\n    import os\n    child = os.fork()\n    call(9)\n    spanglass.flush(5)\n"
        + "    if child: os.waitpid(child, 0)\n    else: os._exit(0)\n"
    )
    run(script, NOBODY, SPANGLASS_SPOOL=str(tmp_path))
    waiting = Spool(SpoolConfig(str(tmp_path)), NOBODY + "/v1/traces").waiting()
    assert sum(each.spans for each in waiting) == 4


def test_a_folder_that_cannot_be_is_counted(receiver: Receiver, tmp_path: Path) -> None:
    """A file where the folder should be: the loss is counted with a reason, nothing is raised."""
    receiver.answers.append(Answer(503, {"Retry-After": "0.01"}))
    (tmp_path / "file").write_text("")
    line = Line(receiver.endpoint, tmp_path / "file")
    line.send("x")
    assert line.ledger.dropped == {"unreachable": 1}
    line.exporter.shutdown(1)
