"""Keys as real senders and readers meet them: over HTTP, gRPC and SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import clickhouse_connect
import grpc
import httpx
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from spanglass_collector.access import ALL_PROJECTS, Key, Quota, Scope
from spanglass_collector.access.file import KeyFile
from spanglass_collector.access.key import digest, new_secret
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.errors import ConfigurationError
from tests.conftest import ANYWHERE
from tests.otlp_samples import make_request, make_span

BODY = make_request([make_span()])
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@dataclass(frozen=True)
class Guarded:
    """A collector that asks for keys."""

    collector: BackgroundCollector
    keys: KeyFile

    def key(self, *scopes: Scope, project: str = "shop", quota: Quota = Quota()) -> str:  # noqa: B008
        prefix, secret = new_secret()
        self.keys.add(Key(prefix, digest(secret), project, frozenset(scopes), quota=quota))
        return secret

    def send(self, secret: str, **headers: str) -> httpx.Response:
        url = f"http://{self.collector.endpoints.otlp_http}/v1/traces"
        content = BODY.SerializeToString()
        return httpx.post(url, content=content, headers={**PROTOBUF, "x-api-key": secret, **headers})

    def send_grpc(self, secret: str) -> grpc.RpcError | None:
        with grpc.insecure_channel(str(self.collector.endpoints.otlp_grpc)) as channel:
            try:
                TraceServiceStub(channel).Export(BODY, metadata=(("authorization", f"Bearer {secret}"),), timeout=30)
            except grpc.RpcError as error:
                return error
        return None

    def sql(self, query: str, **request: object) -> httpx.Response:
        return httpx.post(f"http://{self.collector.endpoints.sql}/", content=query, **request)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def guarded(chdb_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    store = f"chdb://{chdb_path}?database=guarded"
    config = CollectorConfig(folder, store, ANYWHERE, ANYWHERE, ANYWHERE)
    keys = KeyFile(config.key_file)
    keys.add(Key("sg_first", "0" * 64, "shop", frozenset()))
    with BackgroundCollector(config) as collector:
        yield Guarded(collector, keys)


def test_http_answers(guarded: Guarded) -> None:
    """401 without a key, 403 for another project or scope, 200 for the right one: final codes, as OTLP has them."""
    assert guarded.send("").status_code == 401
    good = guarded.key(Scope.INGEST)
    assert guarded.send(good).status_code == 200
    refused = guarded.send(good, **{"X-Spanglass-Project": "bank"})
    assert (refused.status_code, Status.FromString(refused.content).code) == (403, 7)
    assert guarded.send(guarded.key(Scope.READ)).status_code == 403


def test_grpc_answers(guarded: Guarded) -> None:
    """The same, in gRPC's codes."""
    assert guarded.send_grpc(guarded.key(Scope.INGEST)) is None
    unauthenticated, denied = guarded.send_grpc("x"), guarded.send_grpc(guarded.key(Scope.READ))
    assert unauthenticated
    assert unauthenticated.code() is grpc.StatusCode.UNAUTHENTICATED
    assert denied
    assert denied.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_brief_quota_is_retryable_on_both_transports(guarded: Guarded) -> None:
    """429 with Retry-After and a google.rpc.Status; RESOURCE_EXHAUSTED with RetryInfo, without which it is final."""
    secret = guarded.key(Scope.INGEST, quota=Quota(bytes_per_s=1))
    assert guarded.send(secret).status_code == 200
    refused = guarded.send(secret)
    status = Status.FromString(refused.content)
    assert (refused.status_code, status.code) == (429, 8)
    assert int(refused.headers["retry-after"]) >= 1
    error = guarded.send_grpc(secret)
    assert error
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert _retry_delay_s(error) >= 1


def test_a_day_that_is_used_up_is_not_retried_over_grpc(guarded: Guarded) -> None:
    """Nobody waits until midnight with a batch in memory."""
    secret = guarded.key(Scope.INGEST, quota=Quota(spans_per_day=1))
    assert guarded.send(secret).status_code == 200
    assert guarded.send(secret).status_code == 429
    error = guarded.send_grpc(secret)
    assert error
    assert _retry_delay_s(error) == 0


@pytest.mark.parametrize("how", ["basic", "headers", "url", "bearer"])
def test_sql_takes_a_key_as_clickhouse_takes_a_password(guarded: Guarded, how: str) -> None:
    """Any user name; the key is the password."""
    key = guarded.key(Scope.READ, project=ALL_PROJECTS)
    ways = {
        "basic": {"auth": ("anyone", key)},
        "headers": {"headers": {"X-ClickHouse-Key": key}},
        "url": {"params": {"user": "default", "password": key}},
        "bearer": {"headers": {"Authorization": f"Bearer {key}"}},
    }
    assert guarded.sql("SELECT 1", **ways[how]).text == "1\n"


def test_free_sql_is_for_keys_that_may_read_everything(guarded: Guarded) -> None:
    """A project's key is told where to read instead; wrong keys are told 401; the owner stays the owner."""
    refused = guarded.sql("SELECT 1", headers={"X-ClickHouse-Key": guarded.key(Scope.READ)})
    assert (refused.status_code, refused.headers["x-clickhouse-exception-code"]) == (403, "497")
    assert "/api/v1" in refused.text
    assert guarded.sql("SELECT 1").status_code == 401
    assert guarded.sql("SELECT 1", headers={"X-ClickHouse-Key": "guess"}).status_code == 401
    assert (
        guarded.sql("SELECT 1", headers={"X-ClickHouse-Key": guarded.key(Scope.INGEST, project="*")}).status_code == 403
    )
    admin = clickhouse_connect.get_client(
        host="127.0.0.1", port=_sql(guarded).port, username="x", password=guarded.key(Scope.ADMIN, project=ALL_PROJECTS)
    )
    assert admin.query("SELECT 1").result_rows == [(1,)]
    admin.close()


def test_use_is_counted_by_prefix(guarded: Guarded) -> None:
    """And no part of a secret is in the metrics."""
    secret = guarded.key(Scope.INGEST)
    guarded.send(secret)
    text = httpx.get(f"http://{guarded.collector.endpoints.otlp_http}/metrics").text
    assert f'spanglass_key_requests_total{{key="{secret[:11]}",outcome="allowed"}} 1.0' in text
    assert f'spanglass_key_spans_total{{key="{secret[:11]}"}} 1.0' in text
    assert secret[12:] not in text


def test_an_exposed_address_needs_an_active_key(tmp_path: Path) -> None:
    """The message says what to do; one key is enough, a revoked one is none."""
    config = CollectorConfig(data_dir=tmp_path, sql=Address("0.0.0.0", 8123))
    with pytest.raises(ConfigurationError, match="spanglass keys create"):
        config.check()
    keys = KeyFile(config.key_file)
    prefix, secret = new_secret()
    keys.add(Key(prefix, digest(secret), "shop", frozenset({Scope.INGEST})))
    config.check()
    keys.revoke(prefix, 1.0)
    with pytest.raises(ConfigurationError):
        config.check()


def _sql(guarded: Guarded) -> Address:
    assert guarded.collector.endpoints.sql
    return guarded.collector.endpoints.sql


def _retry_delay_s(error: grpc.RpcError) -> int:
    """Seconds in the error's RetryInfo, 0 without one."""
    trailing = dict(error.trailing_metadata() or ())
    status = Status.FromString(trailing.get("grpc-status-details-bin", b""))
    info = RetryInfo()
    return info.retry_delay.seconds if status.details and status.details[0].Unpack(info) else 0
