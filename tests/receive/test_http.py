"""OTLP/HTTP against a real collector: the specification's answers, and nothing stored of what was refused."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import httpx
import orjson
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import Store
from tests.otlp_samples import make_request, make_span

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture(scope="module")
def http(shared_collector: BackgroundCollector) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{shared_collector.endpoints.otlp_http}", timeout=30) as client:
        yield client


def _stored(store: Store, trace_id: bytes) -> int:
    return int(
        store.query("SELECT count() FROM spans WHERE TraceId = {id:String}", {"id": trace_id.hex()}).result_rows[0][0]
    )


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_a_200_means_stored(http: httpx.Client, shared_store: Store, encoding: str) -> None:
    """The row is there the moment the answer is, and a binary success has an empty body."""
    span = make_span()
    body = make_request([span]).SerializeToString()
    packed = {"": body, "gzip": gzip.compress(body), "deflate": zlib.compress(body)}[encoding]
    answer = http.post("/v1/traces", content=packed, headers={**PROTOBUF, "Content-Encoding": encoding})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert _stored(shared_store, span.trace_id) == 1


def test_json_is_answered_in_json(http: httpx.Client, shared_store: Store) -> None:
    """Upper-case hex ids, numbers for 64-bit integers, unknown fields and null are all accepted."""
    span = make_span()
    document = {
        "unknown": 1,
        "resourceSpans": [
            {
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": span.trace_id.hex().upper(),
                                "spanId": span.span_id.hex(),
                                "name": "j",
                                "parentSpanId": None,
                                "kind": 3,
                                "startTimeUnixNano": span.start_time_unix_nano,
                                "endTimeUnixNano": str(span.end_time_unix_nano),
                                "attributes": [{"key": "n", "value": {"intValue": "0"}}],
                            }
                        ]
                    }
                ]
            }
        ],
    }
    answer = http.post("/v1/traces", content=orjson.dumps(document), headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {})
    rows = shared_store.query(
        "SELECT SpanAttributes['n'], SpanKind, Duration FROM spans WHERE TraceId = {id:String}",
        {"id": span.trace_id.hex()},
    ).result_rows
    assert list(rows) == [("0", "Client", 1_000_000_000)]


def test_part_of_a_request_may_be_accepted(http: httpx.Client, shared_store: Store) -> None:
    """Bad spans are named in partial_success; the good ones are stored."""
    good = make_span()
    body = make_request([good, make_span(span_id=b"")]).SerializeToString()
    answer = http.post("/v1/traces", content=body, headers=PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans) == (200, 1)
    assert _stored(shared_store, good.trace_id) == 1


def test_a_truncated_request_is_a_400_with_a_status(http: httpx.Client, shared_store: Store) -> None:
    """Nothing of it is stored, and the body says what is wrong."""
    span = make_span({"k": "v" * 100})
    body = make_request([make_span(), span]).SerializeToString()[:-7]
    answer = http.post("/v1/traces", content=body, headers=PROTOBUF)
    assert answer.status_code == 400
    assert "ExportTraceServiceRequest" in Status.FromString(answer.content).message
    assert _stored(shared_store, span.trace_id) == 0


def test_a_json_error_is_json(http: httpx.Client) -> None:
    """Code 3 is INVALID_ARGUMENT."""
    answer = http.post("/v1/traces", content=b"{not json", headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["code"] == 3


def test_a_gzip_bomb_is_a_413(http: httpx.Client) -> None:
    """The limit counts after decompression, and memory does not grow with the bomb."""
    bomb = gzip.compress(bytes(64 << 20))
    before = _rejected(http)
    answer = http.post("/v1/traces", content=bomb, headers={**PROTOBUF, "Content-Encoding": "gzip"})
    assert answer.status_code == 413
    assert Status.FromString(answer.content).code == 8
    assert _rejected(http) == before + 1


def _rejected(http: httpx.Client) -> float:
    """What /metrics says of requests that can never be stored."""
    start = 'spanglass_otlp_requests_total{outcome="rejected",signal="traces",transport="http"} '
    counts = [line.removeprefix(start) for line in http.get("/metrics").text.splitlines() if line.startswith(start)]
    return float(counts[0]) if counts else 0.0


def test_a_plain_body_over_the_limit_is_a_413(http: httpx.Client) -> None:
    """The collector of these tests takes 4 MiB."""
    assert http.post("/v1/traces", content=bytes(5 << 20), headers=PROTOBUF).status_code == 413


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/plain"}, b"", 415),
        ({}, b"x", 415),
        ({**PROTOBUF, "Content-Encoding": "br"}, b"", 400),
        ({**PROTOBUF, "Content-Encoding": "gzip"}, b"no gzip", 400),
        ({**PROTOBUF, "Content-Encoding": "gzip"}, gzip.compress(b"x" * 999)[:-9], 400),
        ({**PROTOBUF, "X-Spanglass-Project": "no spaces"}, b"", 400),
    ],
)
def test_what_cannot_be_read_is_told_so(http: httpx.Client, headers: dict[str, str], body: bytes, status: int) -> None:
    """Each kind of wrong request has its own answer."""
    assert http.post("/v1/traces", content=body, headers=headers).status_code == status


def test_only_post_is_allowed(http: httpx.Client) -> None:
    """GET is a 405."""
    assert http.get("/v1/traces").status_code == 405


def test_a_request_sent_again_is_stored_once(http: httpx.Client, shared_store: Store) -> None:
    """A client that lost the answer gets its 200 and makes no duplicate, not even in rollups."""
    span = make_span({"gen_ai.request.model": "sent-twice"})
    body = make_request([span]).SerializeToString()
    answers = [http.post("/v1/traces", content=body, headers=PROTOBUF).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    rows = shared_store.query("SELECT sum(Calls) FROM usage_1m WHERE Model = 'sent-twice'").result_rows
    assert rows[0][0] == 1


def test_projects_are_kept_apart(http: httpx.Client, shared_store: Store) -> None:
    """The header names the project; without it, it is 'default'."""
    spans = [make_span(), make_span()]
    for span, headers in zip(spans, ({}, {"X-Spanglass-Project": "shop"}), strict=True):
        http.post("/v1/traces", content=make_request([span]).SerializeToString(), headers={**PROTOBUF, **headers})
    rows = shared_store.query(
        "SELECT Project FROM spans WHERE TraceId IN {ids:Array(String)} ORDER BY Project",
        {"ids": [span.trace_id.hex() for span in spans]},
    ).result_rows
    assert list(rows) == [("default",), ("shop",)]


def test_the_ledger_balances(http: httpx.Client) -> None:
    """received = stored + spooled + repeated + rejected + refused, whatever was sent before."""
    lines = http.get("/metrics").text.splitlines()
    totals = {
        name: sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"spanglass_spans_{name}_total"))
        for name in ("received", "stored", "spooled", "repeated", "rejected", "refused")
    }
    assert totals["received"] > 0
    assert totals["received"] == sum(totals.values()) - totals["received"]


def test_health_and_readiness(http: httpx.Client) -> None:
    """Both answer 200 while the collector runs."""
    assert http.get("/healthz").status_code == http.get("/readyz").status_code == 200
