"""Large results leave while they are made, and end when nobody listens."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.query.http import OWNER
from spanglass_collector.store import StoreUrl

ENDLESS = "SELECT sum(cityHash64(number, 1, 2)) FROM numbers(1000000000000) /* endless */"


@pytest.fixture(scope="module")
def base(shared_collector: BackgroundCollector) -> str:
    return f"http://{shared_collector.endpoints.sql}/"


@pytest.fixture(scope="module")
def owner(shared_collector: BackgroundCollector) -> tuple[str, str]:
    return OWNER, StoreUrl.parse(shared_collector.endpoints.store_url).password


def test_a_large_result_arrives_whole_without_being_held(base: str) -> None:
    """900 MB of rows take a fraction of that in memory, the engine's own caches included."""
    before = _peak_bytes()
    with httpx.stream(
        "POST", base, content="SELECT number, repeat('x', 140) FROM numbers(6000000) FORMAT RowBinary"
    ) as answer:
        size = sum(map(len, answer.iter_raw()))
    assert size == 6_000_000 * (8 + 2 + 140)
    assert _peak_bytes() - before < 450 << 20


def test_an_error_after_the_start_is_no_complete_answer(base: str) -> None:
    """The status was sent; the connection is cut, and clients see that the body is short."""
    query = "SELECT number, throwIf(number = 9000000) FROM numbers(9500000)"
    with httpx.stream("POST", base, content=query) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()
    assert httpx.post(base, content="SELECT 42").text == "42\n"


def test_a_statement_ends_when_its_client_leaves(base: str, owner: tuple[str, str]) -> None:
    """It does not keep a core busy until its time is up."""
    running = lambda: _running(base, owner)  # noqa: E731
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(base, content=ENDLESS, timeout=httpx.Timeout(30, read=2))
    assert _until(lambda: running() == 0)


def test_readers_wait_without_keeping_the_owner_waiting(base: str, owner: tuple[str, str]) -> None:
    """Places are counted per role."""
    clients = [httpx.Client(timeout=httpx.Timeout(30, read=0.5)) for _ in range(5)]
    for client in clients:
        with pytest.raises(httpx.ReadTimeout):
            client.post(base, content=ENDLESS)
    assert httpx.post(base, content="SELECT 1", auth=owner, timeout=30).text == "1\n"
    assert _until(lambda: _running(base, owner) == 0)


def _running(base: str, owner: tuple[str, str]) -> int:
    query = "SELECT count() FROM system.processes WHERE query LIKE '%endless%' AND query NOT LIKE '%system.processes%'"
    return int(httpx.post(base, content=query, auth=owner, timeout=30).text)


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
