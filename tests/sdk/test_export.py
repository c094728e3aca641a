"""The exporter against a real HTTP receiver."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from spanglass.config import Limits
from spanglass.export.outcome import retry_after_s
from spanglass.export.queue import SpanQueue
from spanglass.export.transport import HttpTransport
from spanglass.export.worker import Exporter
from spanglass.ledger import Ledger, Stats
from spanglass.record.tracer import Provider, Resource, Tracer

from .receiver import Answer, Receiver, attributes

FAST = Limits(export_interval_s=0.01, retry_deadline_s=5.0)


class Line:
    """A tracer, its exporter and the receiver at the other end."""

    def __init__(self, url: str, limits: Limits = FAST, compress: bool = False) -> None:
        transport = HttpTransport(url + "/v1/traces", {"authorization": "Bearer k"}, compress=compress)
        self.exporter = Exporter(transport, limits, Ledger())
        self.tracer: Tracer = Provider(self.exporter, Resource({"service.name": "s"})).get_tracer("t")

    def send(self, count: int) -> None:
        for n in range(count):
            self.tracer.start_span(f"span {n}", attributes={"n": n, "text": "x" * 100}).end()

    @property
    def stats(self) -> Stats:
        return self.exporter.stats()


@pytest.fixture
def line(receiver: Receiver) -> Iterator[Line]:
    opened = Line(receiver.endpoint)
    yield opened
    opened.exporter.shutdown(1.0)


def test_spans_arrive_as_otlp(receiver: Receiver, line: Line) -> None:
    """Resource, scope, attributes and headers are there; the connection is kept open."""
    line.send(1)
    assert line.exporter.flush(5)
    line.send(1)
    assert line.exporter.flush(5)
    (resource_spans,) = receiver.requests[0].resource_spans
    assert attributes(resource_spans.resource) == {"service.name": "s"}
    assert attributes(receiver.spans[0]) == {"n": 0, "text": "x" * 100}
    headers = {name.lower(): value for name, value in receiver.headers[0].items()}
    assert headers["content-type"] == "application/x-protobuf"
    assert headers["authorization"] == "Bearer k"
    assert (len(receiver.spans), receiver.connections) == (2, 1)


def test_many_spans_become_several_requests(receiver: Receiver, line: Line) -> None:
    """512 spans a request, and up to 4,096 while more than that wait; in order, none lost."""
    line.send(9000)
    assert line.exporter.flush(10)
    sizes = [len(r.resource_spans[0].scope_spans[0].spans) for r in receiver.requests]
    assert max(sizes) <= 4096
    assert [span.name for span in receiver.spans] == [f"span {n}" for n in range(9000)]
    assert (line.stats.created, line.stats.exported, line.stats.dropped) == (9000, 9000, {})


def test_gzip_is_understood(receiver: Receiver) -> None:
    """A compressed request holds the same spans."""
    line = Line(receiver.endpoint, compress=True)
    line.send(3)
    assert line.exporter.flush(5)
    assert len(receiver.spans) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_retryable_answers_are_retried(receiver: Receiver, line: Line, status: int) -> None:
    """The same spans arrive once the receiver is ready, no sooner than it asked."""
    receiver.answers.extend([Answer(status, {"Retry-After": "0.05"}), Answer(status, {"Retry-After": "0.05"})])
    began = time.monotonic()
    line.send(5)
    assert line.exporter.flush(5)
    assert time.monotonic() - began >= 0.1
    assert (len(receiver.spans), line.stats.retries, line.stats.exported) == (5, 2, 5)


@pytest.mark.parametrize("status", [400, 401, 413, 500])
def test_final_answers_are_not_retried(receiver: Receiver, status: int) -> None:
    """The spans are dropped with a reason, and the next ones are sent."""
    line = Line(receiver.endpoint, Limits(export_interval_s=60.0, retry_deadline_s=5.0))  # as flush says, not before
    receiver.answers.append(Answer(status))
    line.send(5)
    assert line.exporter.flush(5)
    line.send(1)
    assert line.exporter.flush(5)
    line.exporter.shutdown(1.0)
    assert (line.stats.dropped, line.stats.exported, line.stats.retries) == ({"refused": 5}, 1, 0)


def test_rejected_spans_are_counted(receiver: Receiver, line: Line) -> None:
    """A partial success is read: what was rejected is a loss."""
    rejected = ExportTracePartialSuccess(rejected_spans=2, error_message="no ids")
    body = ExportTraceServiceResponse(partial_success=rejected).SerializeToString()
    receiver.answers.append(Answer(200, body=body))
    line.send(5)
    assert line.exporter.flush(5)
    assert (line.stats.dropped, line.stats.exported) == ({"rejected": 2}, 3)


def test_retries_end_at_their_deadline(receiver: Receiver) -> None:
    """A receiver that never recovers costs the spans, with a reason, and not the queue."""
    line = Line(receiver.endpoint, Limits(export_interval_s=0.01, retry_deadline_s=0.1))
    receiver.answers.extend([Answer(503, {"Retry-After": "0.04"})] * 50)
    line.send(1)
    assert line.exporter.flush(5)
    assert line.stats.dropped == {"unreachable": 1}


def test_a_connection_the_receiver_closed_is_opened_again(receiver: Receiver, line: Line) -> None:
    """An idle connection that was closed is no failure of the receiver."""
    receiver.answers.append(Answer(200, {"Connection": "close"}))
    line.send(1)
    assert line.exporter.flush(5)
    line.send(1)
    assert line.exporter.flush(5)
    assert (len(receiver.spans), receiver.connections, line.stats.retries) == (2, 2, 0)


def test_nobody_listening_costs_neither_time_nor_exceptions() -> None:
    """Calls go on; shutdown is quick and counts what was lost."""
    line = Line(f"http://127.0.0.1:{unused_port()}")
    line.send(100)
    began = time.monotonic()
    line.exporter.shutdown(2.0)
    assert time.monotonic() - began < 1.9
    assert (line.stats.dropped, line.stats.queued) == ({"shutdown": 100}, 0)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_full_queue_drops_and_counts() -> None:
    """The bounds by count and by bytes both hold, and every drop has its reason."""
    for limits, reason in (
        (Limits(queue_spans=10), "queue_full"),
        (Limits(queue_bytes=10_000), "queue_bytes"),
    ):
        ledger = Ledger()
        queue = SpanQueue(limits, ledger)
        tracer = Provider(Into(queue), Resource()).get_tracer("t")
        for _ in range(100):
            tracer.start_span("x", attributes={}).end()
        assert ledger.dropped[reason] == 100 - len(queue) > 0
        assert len(queue) == 10 or len(queue) * 512 <= 10_000


class Into:
    """A sink that is a queue nobody empties."""

    def __init__(self, queue: SpanQueue) -> None:
        self._queue = queue

    def put(self, span: object, size_bytes: int) -> None:
        self._queue.put(span, size_bytes)  # type: ignore[arg-type]


def test_the_ledger_balances_under_many_threads(receiver: Receiver, line: Line) -> None:
    """created = exported + dropped, exactly, with four threads producing."""
    threads = [threading.Thread(target=line.send, args=(500,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert line.exporter.flush(10)
    assert (line.stats.created, line.stats.exported, len(receiver.spans)) == (2000, 2000, 2000)


def test_a_span_that_cannot_be_written_costs_only_itself(receiver: Receiver, line: Line) -> None:
    """A hostile attribute value is dropped with its span; the neighbours arrive."""

    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("no")

    line.tracer.start_span("bad", attributes={"x": Hostile()}).end()  # type: ignore[dict-item]
    line.send(2)
    assert line.exporter.flush(5)
    assert (line.stats.dropped, line.stats.exported) == ({"unencodable": 1}, 2)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("2", 2.0), ("-1", 0.0), ("Thu, 01 Jan 1970 00:00:30 GMT", 20.0), ("soon", None)],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    """Dates are measured from now; nonsense is no wish."""
    assert retry_after_s(header, 10.0) == seconds
