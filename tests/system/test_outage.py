"""A store that is away, comes, stalls and goes: real processes, a TCP proxy between collector and store."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from spanglass_collector.owner import OWNER_KEY_FILE
from spanglass_collector.query.http import OWNER
from spanglass_collector.spool.queue import Spool
from tests.otlp_samples import make_request, make_span
from tests.system.processes import SpanglassProcess
from tests.system.proxy import Proxy
from tests.system.test_kill import Sender

DEADLINE_S = 120
KILLS = 5
SETTINGS = "[spool]\nslow_insert_s = 1\nretry_min_s = 0.1\nretry_max_s = 0.5\nfree_disk_bytes = 0\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpanglassProcess]:
    """A ClickHouse-compatible server: the SQL endpoint of another collector."""
    process = SpanglassProcess(tmp_path_factory.mktemp("store") / "data")
    process.start()
    yield process
    process.kill()


@pytest.fixture
def proxy(store: SpanglassProcess) -> Iterator[Proxy]:
    with Proxy(store.sql_port) as opened:
        yield opened


@pytest.fixture
def collector(tmp_path: Path, store: SpanglassProcess, proxy: Proxy) -> Iterator[SpanglassProcess]:
    """Not started yet; its store is behind the proxy."""
    key = (store.data_dir / OWNER_KEY_FILE).read_text().strip()
    settings = tmp_path / "spanglass.toml"
    settings.write_text(SETTINGS)
    url = f"clickhouse://{OWNER}:{key}@127.0.0.1:{proxy.port}/spanglass"
    process = SpanglassProcess(tmp_path / "data", "collector", "--store", url, "--config", str(settings))
    yield process
    if hasattr(process, "process"):
        process.kill()


def send(collector: SpanglassProcess) -> None:
    """Two spans of a service that is named like the collector's folder, acknowledged."""
    request = make_request([make_span(), make_span()], {"service.name": str(collector.data_dir)})
    answer = httpx.post(
        f"{collector.endpoint}/v1/traces",
        content=request.SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.content


def stored(store: SpanglassProcess, collector: SpanglassProcess) -> list[int]:
    """This collector's spans as read, and as the rollup counted them: a double shows there for good."""
    where = f"WHERE ServiceName = '{collector.data_dir}'"
    tables = ("count() FROM spans", "sum(Calls) FROM usage_1m")
    return [int(store.query(f"SELECT {what} {where}")) for what in tables]


def ready(collector: SpanglassProcess) -> str:
    return httpx.get(f"{collector.endpoint}/readyz", timeout=10).text


def spool(collector: SpanglassProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "spanglass_app.command", "spool", *arguments]
    folder = ["--data-dir", str(collector.data_dir)]
    return subprocess.run([*command, *folder], capture_output=True, text=True, timeout=120, check=False)


def until(holds: Callable[[], bool], collector: SpanglassProcess) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, collector.log.read_text()
        time.sleep(0.1)


def spool_books(collector: SpanglassProcess) -> dict[str, float]:
    text = httpx.get(f"{collector.endpoint}/metrics", timeout=10).text
    prefix = 'spanglass_spool_records{signal="traces",state="'
    lines = [line.removeprefix(prefix) for line in text.splitlines() if line.startswith(prefix)]
    return {line.split('"')[0]: float(line.split()[-1]) for line in lines}


def test_a_collector_starts_without_its_store_and_delivers_when_it_comes(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """Ready, and says that it is degraded; what it takes meanwhile is there, once, when the store is."""
    collector.start()
    assert ready(collector).startswith("ready; degraded: the store is not available")
    for _ in range(5):
        send(collector)
    assert spool_books(collector) == {"spooled": 10, "pending": 10}
    proxy.open()
    until(lambda: ready(collector) == "ready\n", collector)
    until(lambda: spool_books(collector).get("pending") == 0, collector)
    assert spool_books(collector) == {"spooled": 10, "pending": 0, "replayed": 10}
    send(collector)
    collector.wait_until_stored()
    assert stored(store, collector) == [12, 12]


def test_a_collector_starts_before_a_store_that_hangs(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """Connections are taken and nothing comes back: requests wait in the spool until something does."""
    proxy.open()
    proxy.stall()
    collector.start()
    assert ready(collector).startswith("ready; degraded: the store is not available: it does not answer")
    send(collector)
    proxy.open()
    until(lambda: spool_books(collector).get("pending") == 0, collector)
    assert stored(store, collector) == [2, 2]


def test_a_store_that_stalls_is_answered_for_and_nothing_is_doubled(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """The insert that hangs may or may not have reached the store: it is there once."""
    proxy.open()
    collector.start()
    send(collector)
    proxy.stall()
    send(collector)
    send(collector)
    proxy.shut()
    proxy.open()
    until(lambda: spool_books(collector).get("pending") == 0, collector)
    assert stored(store, collector) == [6, 6]
    assert "pending" in spool(collector, "inspect").stdout


def test_a_stop_while_the_store_is_away_keeps_everything_for_the_next_start(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """SIGTERM ends it with exit code 0 without waiting for the store; the commands work on the spool meanwhile."""
    collector.start()
    send(collector)
    collector.process.send_signal(signal.SIGTERM)
    assert collector.process.wait(60) == 0
    assert "stored or in the spool (1 requests)" in collector.log.read_text()
    inspected = spool(collector, "inspect")
    assert "pending" in inspected.stdout, inspected.stderr
    proxy.open()
    collector.start()
    until(lambda: spool_books(collector).get("pending") == 0, collector)
    assert stored(store, collector) == [2, 2]


def test_a_second_signal_ends_it_at_once_and_loses_nothing(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """128 + the signal's number says that it was cut short; what was under way is in the spool."""
    proxy.open()
    collector.start()
    proxy.stall()
    send(collector)
    collector.process.send_signal(signal.SIGTERM)
    until(lambda: "stopping: " in collector.log.read_text(), collector)
    collector.process.send_signal(signal.SIGINT)
    assert collector.process.wait(60) in (0, 128 + signal.SIGINT)
    proxy.shut()
    proxy.open()
    collector.start()
    until(lambda: spool_books(collector).get("pending") == 0, collector)
    assert stored(store, collector) == [2, 2]


def test_dead_letters_are_shown_replayed_and_dropped_beside_a_running_collector(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """A person's three commands, while the collector runs."""
    from spanglass_collector.config import SpoolConfig
    from spanglass_collector.spool.record import Spooled

    folder = collector.data_dir / "spool"
    broken = Spool(folder, SpoolConfig(free_disk_bytes=0))
    broken.append([Spooled("traces", os.urandom(16), 1, b"\x0a\x05wrong")])
    broken.close()
    proxy.open()
    collector.start()
    until(lambda: spool_books(collector).get("dead") == 1, collector)
    assert "Dead letters" in spool(collector, "inspect").stdout
    again = spool(collector, "replay")
    assert (again.returncode, "0 requests pending, 1 dead letters" in again.stdout) == (2, True), again.stderr
    dropped = spool(collector, "drop", "--yes")
    assert "1 requests dropped" in dropped.stdout, dropped.stderr
    assert spool_books(collector) == {"spooled": 1, "pending": 0, "dead": 0, "dropped": 1}


def test_kills_while_the_store_comes_and_goes_lose_and_double_nothing(
    store: SpanglassProcess, proxy: Proxy, collector: SpanglassProcess
) -> None:
    """SIGKILL at random moments, the store open, shut or stalled, two senders that repeat what got no answer."""
    collector.start()
    stop = threading.Event()
    senders = [Sender(collector.http_port, stop, str(collector.data_dir)) for _ in range(2)]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        random.choice((proxy.open, proxy.shut, proxy.stall))()
        time.sleep(random.uniform(0.3, 1.0))
        collector.kill()
        collector.start()
    proxy.shut()
    proxy.open()
    stop.set()
    for sender in senders:
        sender.join(60)
    until(lambda: spool_books(collector).get("pending", 0) == 0, collector)
    acknowledged = [span for sender in senders for span in sender.acknowledged]
    where = f"WHERE ServiceName = '{collector.data_dir}'"
    found = store.query(f"SELECT SpanId, count() FROM spans {where} GROUP BY SpanId FORMAT TSV").split()
    counts = dict(zip(found[::2], map(int, found[1::2]), strict=True))
    calls = store.query(f"SELECT sum(Calls) FROM usage_1m {where}").strip()
    books = spool_books(collector)
    print(f"{len(acknowledged)} acknowledged, {len(counts)} stored, {calls} in the rollup, {books}")
    assert acknowledged
    assert set(acknowledged) <= set(counts), "acknowledged spans are missing"
    assert set(counts.values()) == {1}, "spans are there twice"
    assert int(calls) == len(counts), "the rollup is off"
    assert books["spooled"] == books["replayed"] + books.get("dead", 0)
