"""A store that is away: senders keep their data and come back, whatever they speak."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import httpx
import pytest

from spanglass_collector.access import Access, AccessConfig
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.config import Address, CommitConfig
from spanglass_collector.errors import StoreUnavailable
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.receive.bodies import Bodies
from spanglass_collector.receive.grpc import GrpcReceiver
from spanglass_collector.receive.http import http_app
from spanglass_collector.store import StoreUrl, open_store
from tests.otlp_samples import make_request, make_span

BODY = make_request([make_span()]).SerializeToString()
PROTOBUF = {"Content-Type": "application/x-protobuf"}
Ask = Callable[[Receiver, CollectorMetrics], Awaitable[Any]]


def _with_store_away(store_url: StoreUrl, ask: Ask) -> Any:
    """A collector whose store answered at the start and is gone since."""
    opened = [open_store(store_url)]

    def open_once() -> Any:
        if not opened:
            raise StoreUnavailable("connection refused")
        return opened.pop()

    async def run() -> Any:
        metrics = CollectorMetrics()
        commit = GroupCommit(open_once, CommitConfig(writers=1, retry_pause_s=0.001), metrics)
        await commit.start()
        commit._idle[0].close()
        try:
            return await ask(Receiver(commit, metrics, lambda: 1), metrics)
        finally:
            await commit.stop()

    return asyncio.run(run())


@pytest.fixture
def migrated_url(store: object, store_url: StoreUrl) -> StoreUrl:
    return store_url


@pytest.mark.parametrize("content_type", ["application/x-protobuf", "application/json"])
def test_http_senders_are_told_503_and_when_to_come_back(migrated_url: StoreUrl, content_type: str) -> None:
    """Never 500, which senders take for final; and nothing about the inside in the answer's status."""

    async def ask(receiver: Receiver, metrics: CollectorMetrics) -> httpx.Response:
        app = http_app(receiver, Access(), metrics, bodies=Bodies(1 << 20, 1 << 20), is_ready=lambda: True)
        body = BODY if "proto" in content_type else b'{"resourceSpans":[{"scopeSpans":[{"spans":[%s]}]}]}' % SPAN
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.post("/v1/traces", content=body, headers={"Content-Type": content_type})

    answer = _with_store_away(migrated_url, ask)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == content_type
    assert b"store is not available" in answer.content


SPAN = b'{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"x"}'


def test_grpc_senders_are_told_unavailable(migrated_url: StoreUrl) -> None:
    """UNAVAILABLE is retried by every OTLP sender."""

    async def ask(receiver: Receiver, metrics: CollectorMetrics) -> grpc.StatusCode:
        server = GrpcReceiver(receiver, Access(), body_limit_bytes=1 << 20)
        port = await server.start(Address("127.0.0.1", 0))
        method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                await channel.unary_unary(method)(BODY, timeout=30)
        except grpc.aio.AioRpcError as error:
            return error.code()
        finally:
            await server.stop(0)
        raise AssertionError("the call succeeded without a store")

    assert _with_store_away(migrated_url, ask) is grpc.StatusCode.UNAVAILABLE


def test_the_ledger_counts_what_was_refused(migrated_url: StoreUrl) -> None:
    """received = refused while the store is away."""

    async def ask(receiver: Receiver, metrics: CollectorMetrics) -> CollectorMetrics:
        app = http_app(receiver, Access(), metrics, bodies=Bodies(1 << 20, 1 << 20), is_ready=lambda: True)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            await client.post("/v1/traces", content=BODY, headers=PROTOBUF)
        return metrics

    metrics = _with_store_away(migrated_url, ask)
    assert metrics.registry.get_sample_value("spanglass_spans_received_total") == 1
    assert metrics.registry.get_sample_value("spanglass_spans_refused_total", {"reason": "store"}) == 1


def test_a_key_is_asked_for_when_one_is_set(migrated_url: StoreUrl) -> None:
    """401 without it, before a byte of the body is looked at."""

    async def ask(receiver: Receiver, metrics: CollectorMetrics) -> list[int]:
        app = http_app(
            receiver,
            Access(AccessConfig(secrets={"bootstrap": "secret"})),
            metrics,
            bodies=Bodies(1 << 20, 1 << 20),
            is_ready=lambda: True,
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return [
                (await client.post("/v1/traces", content=b"junk", headers={**PROTOBUF, **headers})).status_code
                for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Bearer secret"})
            ]

    assert _with_store_away(migrated_url, ask) == [401, 401, 400]
