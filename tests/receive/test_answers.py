"""The specification's table of answers, for every signal and both encodings (OTLP, docs/specification.md)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import httpx
import pytest
from google.rpc.status_pb2 import Status

from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.signals import SIGNALS
from spanglass_collector.background import BackgroundCollector

TYPES = {"protobuf": "application/x-protobuf", "json": "application/json"}
EMPTY = {"protobuf": b"", "json": b"{}"}
BROKEN = {"protobuf": b"\xff\xff\xff", "json": b"{broken"}
TOO_LARGE = bytes(5 << 20)
"""The collector of these tests takes 4 MiB."""

CASES = [
    # name, Content-Encoding, body by encoding, HTTP status, google.rpc.Code
    ("empty request", "", EMPTY, 200, None),
    ("empty request, gzip", "gzip", {k: gzip.compress(v) for k, v in EMPTY.items()}, 200, None),
    ("empty request, deflate", "deflate", {k: zlib.compress(v) for k, v in EMPTY.items()}, 200, None),
    ("undecodable", "", BROKEN, 400, 3),
    ("no gzip", "gzip", BROKEN, 400, 3),
    ("no zstd", "zstd", BROKEN, 400, 3),
    ("unknown encoding", "br", EMPTY, 400, 3),
    ("too large", "", dict.fromkeys(TYPES, TOO_LARGE), 413, 8),
    ("too large when decompressed", "gzip", dict.fromkeys(TYPES, gzip.compress(TOO_LARGE)), 413, 8),
]


@pytest.fixture(scope="module")
def http(shared_collector: BackgroundCollector) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{shared_collector.endpoints.otlp_http}", timeout=30) as client:
        yield client


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
@pytest.mark.parametrize("encoding", TYPES)
@pytest.mark.parametrize(
    ("content_encoding", "bodies", "status", "code"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_each_case_has_its_answer_in_the_requests_own_type(
    http: httpx.Client,
    signal: Signal,
    encoding: str,
    content_encoding: str,
    bodies: dict[str, bytes],
    status: int,
    code: int | None,
) -> None:
    """The status, the type, and a body that says what is wrong."""
    headers = {"Content-Type": TYPES[encoding], "Content-Encoding": content_encoding}
    answer = http.post(signal.path, content=bodies[encoding], headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, TYPES[encoding])
    if code is None:
        assert answer.content == EMPTY[encoding]
    else:
        told = answer.json() if encoding == "json" else Status.FromString(answer.content)
        assert (told["code"] if encoding == "json" else told.code) == code
        assert told["message"] if encoding == "json" else told.message


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_other_methods_types_and_paths_are_refused(http: httpx.Client, signal: Signal) -> None:
    """405, 415 and 404: none of them is retried."""
    assert http.get(signal.path).status_code == 405
    assert http.post(signal.path, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert http.post(signal.path + "/x", content=b"").status_code == 404


def test_connections_are_kept_alive(shared_collector: BackgroundCollector) -> None:
    """Several exports use one connection, also after an error."""
    import http.client

    address = shared_collector.endpoints.otlp_http
    connection = http.client.HTTPConnection(address.host, address.port, timeout=30)
    ports = set()
    for body in (b"", BROKEN["protobuf"], b""):
        connection.request("POST", "/v1/traces", body, {"Content-Type": TYPES["protobuf"]})
        connection.getresponse().read()
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1
