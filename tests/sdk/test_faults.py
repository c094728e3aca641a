"""Every way a receiver can fail: nothing blocks, nothing raises, every span is accounted for."""

from __future__ import annotations

import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass.config import Limits, Tls
from spanglass.export.outcome import Delivered, Refused, TryLater
from spanglass.export.transport import HttpTransport

from . import faults
from .faults import Fault, FaultyReceiver
from .receiver import Receiver
from .test_export import Line
from .test_processes import run

IMPATIENT = Limits(export_interval_s=0.01, retry_deadline_s=0.2, request_timeout_s=0.3)

NEVER_ANSWERED: dict[str, Fault] = {
    "silent": faults.silent,
    "drips": faults.drips,
    "resets": faults.resets,
    "hangs up": faults.hangs_up,
    "garbage": faults.answers(b"\x00\xff not http at all\r\n\r\n"),
    "endless line": faults.answers(b"HTTP/1.1 200 " + b"x" * 200_000),
    "too many headers": faults.answers(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"),
    "unavailable": faults.status("503 Service Unavailable", b"", "Retry-After: 0"),
    "too many requests": faults.status("429 Too Many Requests", b"", "Retry-After: 3600"),
    "bad gateway": faults.status("502 Bad Gateway", b"<html>"),
}
REFUSED: dict[str, Fault] = {
    "moved": faults.status("307 Temporary Redirect", b"", "Location: https://elsewhere.invalid/"),
    "unauthorised": faults.status("401 Unauthorized"),
    "not found": faults.status("404 Not Found", b"<html>no</html>"),
    "too large": faults.status("413 Content Too Large"),
    "broken": faults.status("500 Internal Server Error"),
    "strange": faults.status("599 ?"),
}


@pytest.fixture
def faulty(request: pytest.FixtureRequest) -> Iterator[FaultyReceiver]:
    opened = FaultyReceiver(request.param)
    yield opened
    opened.close()


@pytest.mark.parametrize("faulty", NEVER_ANSWERED.values(), ids=NEVER_ANSWERED, indirect=True)
def test_without_a_usable_answer_spans_are_given_up_in_time(faulty: FaultyReceiver) -> None:
    """Retries end at their deadline, and the loss has its reason."""
    line = Line(faulty.endpoint, IMPATIENT)
    began = time.monotonic()
    line.send(3)
    assert time.monotonic() - began < 0.2
    assert line.exporter.flush(8)
    assert (line.stats.created, line.stats.exported, line.stats.dropped) == (3, 0, {"unreachable": 3})
    line.exporter.shutdown(1.0)


@pytest.mark.parametrize("faulty", REFUSED.values(), ids=REFUSED, indirect=True)
def test_a_final_answer_is_believed_at_once(faulty: FaultyReceiver) -> None:
    """No retries; the loss has its reason."""
    line = Line(faulty.endpoint, IMPATIENT)
    line.send(3)
    assert line.exporter.flush(8)
    assert (line.stats.retries, line.stats.dropped) == (0, {"refused": 3})
    line.exporter.shutdown(1.0)


@pytest.mark.parametrize("body", [b"", b"{}", b"ok", b"\xff\xff\xff", b"\x0a\x02\x08", bytes(100_000)])
def test_any_body_of_a_success_is_a_success(body: bytes) -> None:
    """Receivers answer JSON, text or nothing; none of it costs spans."""
    receiver = FaultyReceiver(faults.status("200 OK", body))
    outcome = HttpTransport(receiver.endpoint + "/v1/traces", {}).send(b"", 5)
    assert isinstance(outcome, Delivered)
    receiver.close()


@pytest.mark.parametrize("faulty", NEVER_ANSWERED.values(), ids=NEVER_ANSWERED, indirect=True)
def test_shutdown_keeps_its_deadline(faulty: FaultyReceiver) -> None:
    """Whatever the receiver does, the process is held up for no longer than it agreed to."""
    line = Line(faulty.endpoint)
    line.send(5000)
    began = time.monotonic()
    line.exporter.shutdown(0.5)
    assert time.monotonic() - began < 1.5
    stats = line.stats
    assert stats.created == 5000 == stats.exported + sum(stats.dropped.values()) + stats.queued


@pytest.mark.parametrize(
    "fault", [faults.cut_short, faults.answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
)
def test_a_success_whose_body_breaks_off_is_a_success(fault: Fault) -> None:
    """The status was said; sending again would store the spans twice elsewhere."""
    receiver = FaultyReceiver(fault)
    line = Line(receiver.endpoint, IMPATIENT)
    line.send(3)
    assert line.exporter.flush(8)
    assert (line.stats.exported, line.stats.dropped, receiver.connections) == (3, {}, 1)
    line.exporter.shutdown(1.0)
    receiver.close()


def test_memory_is_bounded_while_nobody_answers() -> None:
    """Far more spans than the queue holds: the rest is dropped and counted, not kept."""
    receiver = FaultyReceiver(faults.silent)
    line = Line(receiver.endpoint, Limits(queue_bytes=1 << 20, export_interval_s=0.01, request_bytes=1 << 18))
    for _ in range(50):
        line.tracer.start_span("big", attributes={"text": "x" * 100_000}).end()
    assert line.stats.dropped["queue_bytes"] > 30
    assert line.stats.queued * 100_000 < 2 << 20
    line.exporter.shutdown(0.1)
    receiver.close()


def test_a_name_server_that_hangs_holds_up_nothing() -> None:
    """Calls go on; exit keeps its deadline although the look-up cannot be interrupted."""
    script = """
        import socket, threading, time
        socket.getaddrinfo = lambda *args, **kwargs: threading.Event().wait()  # what a dead name server looks like
        import spanglass
        began = time.monotonic()
        for n in range(1000):
            spanglass.trace(lambda x: x)("payload")
        assert time.monotonic() - began < 1.5
    """
    began = time.monotonic()
    said = run(script, "http://collector.invalid:4318")
    assert time.monotonic() - began < 8
    assert "spans not delivered" in said


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    options = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    try:
        subprocess.run([*command.split(), *options], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    (folder / "both").write_text((folder / "key").read_text() + (folder / "crt").read_text())
    return folder / "both"


@pytest.fixture
def tls_receiver(certificate: Path) -> Iterator[FaultyReceiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(connection: object, over: object) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:  # type: ignore[arg-type]
            faults.status("200 OK")(wrapped, over)  # type: ignore[arg-type]

    opened = FaultyReceiver(serve)
    yield opened
    opened.close()


def test_a_certificate_that_is_not_trusted_is_said(tls_receiver: FaultyReceiver, certificate: Path) -> None:
    """The message names the setting; with it, the request is delivered."""
    url = f"https://127.0.0.1:{tls_receiver.port}/v1/traces"
    refused = HttpTransport(url, {}).send(b"", 5)
    assert isinstance(refused, TryLater)
    assert "OTEL_EXPORTER_OTLP_CERTIFICATE" in refused.why
    assert isinstance(HttpTransport(url, {}, tls=Tls(str(certificate))).send(b"", 5), Delivered)


def test_tls_to_a_receiver_without_it_fails_softly(receiver: Receiver) -> None:
    """`https` where `http` is spoken is a failure to try again, not an exception."""
    outcome = HttpTransport(receiver.endpoint.replace("http:", "https:") + "/v1/traces", {}).send(b"", 5)
    assert isinstance(outcome, TryLater)
    assert not outcome.answered


def test_an_answer_says_what_to_do() -> None:
    """The usual mistake, a wrong port or path, is named."""
    receiver = FaultyReceiver(faults.status("404 Not Found"))
    outcome = HttpTransport(receiver.endpoint + "/v1/traces", {}).send(b"", 5)
    assert isinstance(outcome, Refused)
    assert "4318" in outcome.why
    receiver.close()
