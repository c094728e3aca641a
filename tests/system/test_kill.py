"""SIGKILL under load: every acknowledged span is there exactly once after the restart."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.otlp_samples import make_request, make_span
from tests.system.processes import SpanglassProcess

SENDERS, SPANS_EACH, KILLS = 4, 50, 3


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[SpanglassProcess]:
    process = SpanglassProcess(tmp_path / "data")
    process.start()
    yield process
    process.kill()


class Sender(threading.Thread):
    """Sends requests until told to stop; one that got no answer is sent again, as an OTLP client does."""

    def __init__(self, port: int, stop: threading.Event, service: str = "test") -> None:
        super().__init__(daemon=True)
        self._port, self._halt, self._service = port, stop, service
        self.acknowledged: list[str] = []
        self.retried = 0

    def run(self) -> None:
        while not self._halt.is_set():
            spans = [make_span({"text": "x" * 500}) for _ in range(SPANS_EACH)]
            body = make_request(spans, {"service.name": self._service}).SerializeToString()
            while not self._post(body):
                self.retried += 1
                if self._halt.wait(0.05):
                    return
            self.acknowledged += [span.span_id.hex() for span in spans]

    def _post(self, body: bytes) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def test_kill_nine_under_load_loses_and_doubles_nothing(collector: SpanglassProcess) -> None:
    """Three kills at random moments while four senders push."""
    stop = threading.Event()
    senders = [Sender(collector.http_port, stop) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        time.sleep(random.uniform(0.5, 1.5))
        collector.kill()
        collector.start()
    time.sleep(0.5)
    stop.set()
    for sender in senders:
        sender.join(60)
    acknowledged = [span for sender in senders for span in sender.acknowledged]
    collector.wait_until_stored()
    stored = collector.query("SELECT SpanId, count() FROM spans GROUP BY SpanId FORMAT TSV").split()
    counts = dict(zip(stored[::2], map(int, stored[1::2]), strict=True))
    print(f"{len(acknowledged)} acknowledged, {len(counts)} stored, {sum(s.retried for s in senders)} retries")
    assert len(acknowledged) > SPANS_EACH * SENDERS
    assert set(acknowledged) <= set(counts), "acknowledged spans are missing"
    assert set(counts.values()) == {1}, "spans are there twice"


def test_ctrl_c_stores_what_was_acknowledged_and_exits_cleanly(collector: SpanglassProcess) -> None:
    """Exit code 0, and the spans are there at the next start."""
    span = make_span()
    connection = http.client.HTTPConnection("127.0.0.1", collector.http_port, timeout=30)
    headers = {"Content-Type": "application/x-protobuf"}
    connection.request("POST", "/v1/traces", make_request([span]).SerializeToString(), headers)
    assert connection.getresponse().status == 200
    assert collector.interrupt() == 0
    collector.start()
    assert collector.query(f"SELECT count() FROM spans WHERE SpanId = '{span.span_id.hex()}'") == "1\n"


def test_a_second_process_on_one_data_directory_says_why_it_cannot(collector: SpanglassProcess) -> None:
    """The embedded engine belongs to one process; the message says so."""
    second = SpanglassProcess(collector.data_dir)
    with pytest.raises(AssertionError, match="another process"):
        second.start()
