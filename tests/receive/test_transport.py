"""Encodings, TLS, CORS, health: what a sender meets before its data is looked at."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import httpx
import pytest
import trustme
from backports import zstd
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from spanglass_app import settings
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig, TlsConfig
from spanglass_collector.errors import ConfigurationError, Rejected, StoreError, TooLarge
from spanglass_collector.receive.body import read_body
from spanglass_collector.store import StoreUrl, open_store
from tests.otlp_samples import make_request, make_span

PROTOBUF = {"Content-Type": "application/x-protobuf"}
PAGE = "https://app.example.com"


async def _pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def _read(body: bytes, encoding: str, limit: int, piece: int = 1 << 16) -> bytes:
    return asyncio.run(read_body(_pieces(body, piece), encoding, limit))


def _compress(encoding: str, body: bytes) -> bytes:
    import gzip
    import zlib

    return {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress}[encoding](body)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@given(parts=st.lists(st.binary(max_size=2000), min_size=1, max_size=3), piece=st.integers(1, 700))
def test_a_body_comes_out_as_it_went_in(encoding: str, parts: list[bytes], piece: int) -> None:
    """However the network cuts it, also several compressed members in a row."""
    packed = b"".join(_compress(encoding, part) for part in parts)
    assert _read(packed, encoding, 1 << 20, piece) == b"".join(parts)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_bomb_is_told_by_its_first_bytes_too_many(encoding: str) -> None:
    """What is left of the body is never asked for."""
    asked = 0
    bomb = _compress(encoding, bytes(200 << 20))

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal asked
        for start in range(0, len(bomb), 64):
            asked += 1
            yield bomb[start : start + 64]

    with pytest.raises(TooLarge):
        asyncio.run(read_body(pieces(), encoding, 1 << 20))
    assert asked < len(bomb) / 64 / 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_body_that_is_cut_off_or_garbage_is_rejected(encoding: str) -> None:
    """Never taken for a shorter body."""
    for body in (_compress(encoding, b"x" * 999)[:-3], b"garbage, not compressed", b""):
        with pytest.raises(Rejected):
            _read(body, encoding, 1 << 20)


def test_a_sender_cannot_choose_a_window_of_any_size() -> None:
    """Zstandard's window is memory of ours: RFC 9659 bounds it to 8 MiB."""
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    compressor = zstd.ZstdCompressor(options=options)
    body = compressor.compress(b"x" * 1000) + compressor.flush()
    with pytest.raises(Rejected, match="zstd"):
        _read(body, "zstd", 1 << 20)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> TlsConfig:
    folder = tmp_path_factory.mktemp("tls")
    issued = authority.issue_cert("localhost", "127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return TlsConfig(folder / "cert.pem", folder / "key.pem", folder / "ca.pem")


@pytest.fixture(scope="module")
def secured(tls: TlsConfig, chdb_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundCollector]:
    """A collector with TLS that asks its clients for certificates, and lets one web page send."""
    anywhere = Address("127.0.0.1", 0)
    config = CollectorConfig(
        data_dir=tmp_path_factory.mktemp("secured"),
        store=f"chdb://{chdb_path}?database=secured",
        otlp_http=anywhere,
        otlp_grpc=anywhere,
        sql=anywhere,
        tls=tls,
        cors_origins=(PAGE,),
    )
    with BackgroundCollector(config) as collector:
        yield collector


@pytest.fixture
def trusted(authority: trustme.CA) -> ssl.SSLContext:
    """A client's context with a certificate of the right authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    authority.issue_cert("client@example.com").configure_cert(context)
    return context


def test_http_over_tls(secured: BackgroundCollector, trusted: ssl.SSLContext) -> None:
    """With the right certificate the road is the same."""
    body = make_request([make_span()]).SerializeToString()
    with httpx.Client(verify=trusted) as client:
        url = f"https://{secured.endpoints.otlp_http}/v1/traces"
        assert client.post(url, content=body, headers=PROTOBUF, timeout=30).status_code == 200


def test_a_client_without_a_certificate_is_not_let_in(secured: BackgroundCollector, authority: trustme.CA) -> None:
    """Mutual TLS, on both ports."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with pytest.raises(httpx.TransportError), httpx.Client(verify=context) as client:
        client.get(f"https://{secured.endpoints.otlp_http}/healthz", timeout=30)
    credentials = grpc.ssl_channel_credentials(authority.cert_pem.bytes())
    with grpc.secure_channel(str(secured.endpoints.otlp_grpc), credentials) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            TraceServiceStub(channel).Export(make_request([make_span()]), timeout=30)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_grpc_over_tls(secured: BackgroundCollector, authority: trustme.CA) -> None:
    """The health service answers there, too."""
    mine = authority.issue_cert("client@example.com")
    credentials = grpc.ssl_channel_credentials(
        authority.cert_pem.bytes(), mine.private_key_pem.bytes(), mine.cert_chain_pems[0].bytes()
    )
    with grpc.secure_channel(str(secured.endpoints.otlp_grpc), credentials) as channel:
        assert not TraceServiceStub(channel).Export(make_request([make_span()]), timeout=30).HasField("partial_success")
        assert HealthStub(channel).Check(HealthCheckRequest(), timeout=30).status == HealthCheckResponse.SERVING


def test_sql_over_tls(secured: BackgroundCollector, authority: trustme.CA) -> None:
    """Its own processes over loopback, others with the certificate checked; nobody in plain text."""
    with open_store(StoreUrl.parse(secured.endpoints.store_url)) as store:
        assert store.query("SELECT 1").result_rows == [(1,)]
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with httpx.Client(verify=context) as client:
        assert client.get(f"https://{secured.endpoints.sql}/ping", timeout=30).text == "Ok.\n"
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{secured.endpoints.sql}/ping", timeout=30)
    with pytest.raises(StoreError):
        open_store(StoreUrl.parse(secured.endpoints.store_url.replace("?verify=0", ""))).close()


def test_a_browser_may_send_from_the_pages_that_were_named(
    secured: BackgroundCollector, trusted: ssl.SSLContext
) -> None:
    """The preflight names the page; another page is told nothing."""
    url = f"https://{secured.endpoints.otlp_http}/v1/logs"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-api-key"}
    with httpx.Client(verify=trusted, timeout=30) as client:
        allowed = client.options(url, headers={"Origin": PAGE, **asked})
        other = client.options(url, headers={"Origin": "https://evil.example.com", **asked})
        answer = client.post(url, content=b"{}", headers={"Origin": PAGE, "Content-Type": "application/json"})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PAGE)
    assert "content-type" in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-origin" not in other.headers
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)


def test_without_the_option_no_page_is_let_in(shared_collector: BackgroundCollector) -> None:
    """CORS is off by default."""
    answer = httpx.options(
        f"http://{shared_collector.endpoints.otlp_http}/v1/traces",
        headers={"Origin": PAGE, "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("service", ["", "opentelemetry.proto.collector.logs.v1.LogsService"])
def test_the_health_service_says_serving(shared_collector: BackgroundCollector, service: str) -> None:
    """For the server and for each of its services."""
    with grpc.insecure_channel(str(shared_collector.endpoints.otlp_grpc)) as channel:
        answer = HealthStub(channel).Check(HealthCheckRequest(service=service), timeout=30)
    assert answer.status == HealthCheckResponse.SERVING


def test_nobody_can_list_the_services(shared_collector: BackgroundCollector) -> None:
    """Reflection is off."""
    method = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    with grpc.insecure_channel(str(shared_collector.endpoints.otlp_grpc)) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            next(channel.stream_stream(method)(iter([b""]), timeout=30))
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_wrong_tls_files_are_told_at_the_start(tls: TlsConfig, tmp_path: Path, chdb_path: Path) -> None:
    """The message names the files."""
    assert tls.client_ca
    config = CollectorConfig(
        data_dir=tmp_path, store=f"chdb://{chdb_path}?database=no", tls=replace(tls, key=tls.client_ca)
    )
    with pytest.raises(ConfigurationError, match=r"ca\.pem"), BackgroundCollector(config):
        pass


def test_tls_and_cors_come_from_the_environment(tmp_path: Path) -> None:
    """One without the other half is refused."""
    environ = {"SPANGLASS_TLS_CERT": "c", "SPANGLASS_TLS_KEY": "k", "SPANGLASS_CORS_ORIGINS": f"{PAGE}, *"}
    loaded = settings.load(data_dir=tmp_path, environ=environ)
    assert loaded.collector.tls == TlsConfig(Path("c"), Path("k"))
    assert loaded.collector.cors_origins == (PAGE, "*")
    assert loaded.otlp_endpoint == "https://127.0.0.1:4318"
    with pytest.raises(ConfigurationError, match="SPANGLASS_TLS_KEY"):
        settings.load(data_dir=tmp_path, environ={"SPANGLASS_TLS_CERT": "c"})
