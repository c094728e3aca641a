"""Connections that say too much or too little, before anyone has looked at their key."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.receive.connection import BoundedConnection

START = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"


@pytest.fixture(params=["otlp_http", "sql"])
def connection(shared_collector: BackgroundCollector, request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    address = getattr(shared_collector.endpoints, request.param)
    with socket.create_connection((address.host, address.port), timeout=30) as opened:
        yield opened


def test_a_head_without_an_end_is_cut(connection: socket.socket) -> None:
    """A hundred megabytes of one header kept everybody waiting for a quarter of a minute at a time."""
    connection.sendall(START + b"X: ")
    assert _sent_before_it_is_cut(connection, 100 << 20) < 20 << 20


def _sent_before_it_is_cut(connection: socket.socket, most: int) -> int:
    sent = 0
    while sent < most:
        try:
            sent += connection.send(b"a" * 65536)
        except OSError:
            break
    return sent


def test_a_large_head_is_no_trouble(shared_collector: BackgroundCollector) -> None:
    """Cookies and tracing headers of a whole chain of proxies."""
    url = f"http://{shared_collector.endpoints.otlp_http}/healthz"
    with httpx.Client() as client:
        assert [client.get(url, headers={"x-large": "a" * 60_000}).status_code for _ in range(10)] == [200] * 10


async def _answer(scope: object, receive: object, send: object) -> None:
    while (await receive())["type"] == "http.request":  # type: ignore[operator]
        pass


class Impatient(BoundedConnection):
    quiet_s = 0.3
    request_s = 1.0


@pytest.mark.parametrize("start", [b"", b"POST / HTTP/1.1\r\nX:", START + b"Content-Length: 9\r\n\r\n"])
@pytest.mark.parametrize("drip", [False, True], ids=["silent", "dripping"])
def test_who_takes_too_long_is_let_go(start: bytes, drip: bool) -> None:
    """Silent, or a byte now and then: a place is not held for ever."""

    async def scenario() -> float:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(_answer, http=Impatient, lifespan="off", log_config=None)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        began = time.monotonic()
        writer.write(start)
        while time.monotonic() - began < 10 and not reader.at_eof():
            if drip and not writer.is_closing():
                writer.write(b"a")
            try:
                await asyncio.wait_for(reader.read(100), 0.15)
            except (asyncio.TimeoutError, OSError):
                continue
        writer.close()
        server.should_exit = True
        server.force_exit = True
        await serving
        return time.monotonic() - began

    assert asyncio.run(scenario()) < 8
