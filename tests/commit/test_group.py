"""Group commit over stores that fail in every way a store can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from spanglass_collector.admit.request import Admitted, admit_protobuf
from spanglass_collector.commit.fate import Fate
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.config import CommitConfig
from spanglass_collector.errors import Rejected, Retryable, StoreRefused, StoreUnavailable
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store import ClickHouseStore, Store, StoreUrl, open_store
from tests.otlp_samples import make_request, make_span

FAST = CommitConfig(window_s=0.001, retry_pause_s=0.001, writers=1)


class FaultyStore:
    """A real store whose inserts fail as told: each entry of `faults` is raised before or after one insert."""

    def __init__(self, store: ClickHouseStore, faults: list[tuple[str, Exception]]) -> None:
        self._store = store
        self.faults = faults

    @property
    def is_embedded(self) -> bool:
        return self._store.is_embedded

    def query(self, query: str, parameters: Mapping[str, Any] | None = None) -> Any:
        return self._store.query(query, parameters)

    def insert_block(self, *arguments: Any) -> None:
        when, error = self.faults.pop(0) if self.faults else ("", None)
        if when == "before":
            raise error
        self._store.insert_block(*arguments)
        if when == "after":
            raise error

    def close(self) -> None:
        """Kept open: the test owns it."""


def _request(model: str = "") -> Admitted:
    raw = make_request([make_span({"gen_ai.request.model": model})]).SerializeToString()
    return admit_protobuf(raw, "default", 1)


def _run(
    open_store: Callable[[], Any], requests: list[Admitted], config: CommitConfig = FAST
) -> list[Fate | BaseException]:
    async def commit_all() -> list[Fate | BaseException]:
        commit = GroupCommit(open_store, config, CollectorMetrics())
        await commit.start()
        try:
            return await asyncio.gather(*map(commit.commit, requests), return_exceptions=True)
        finally:
            await commit.stop()

    return asyncio.run(commit_all())


def _count(store: Store) -> int:
    return int(store.query("SELECT count() FROM spans").result_rows[0][0])


def test_many_requests_are_stored_together(store: ClickHouseStore) -> None:
    """Every sender hears that its request is stored, once."""
    results = _run(lambda: FaultyStore(store, []), [_request() for _ in range(50)])
    assert results == [Fate.STORED] * 50
    assert _count(store) == 50


def test_an_ambiguous_failure_makes_no_duplicates(store: ClickHouseStore) -> None:
    """The insert happened, its answer was lost: the retry carries the same token and adds nothing."""
    faulty = FaultyStore(store, [("after", StoreUnavailable("answer lost"))])
    assert _run(lambda: faulty, [_request("m")]) == [Fate.STORED]
    assert store.query("SELECT sum(Calls) FROM usage_1m WHERE Model = 'm'").result_rows[0][0] == 1


def test_a_store_that_stays_away_is_a_503(store: ClickHouseStore) -> None:
    """After the last try every sender is told to come back; nothing is stored."""
    faulty = FaultyStore(store, [("before", StoreUnavailable("away"))] * 3)
    results = _run(lambda: faulty, [_request()])
    assert isinstance(results[0], Retryable)
    assert _count(store) == 0


def test_a_store_that_cannot_be_opened_is_a_503(store: ClickHouseStore) -> None:
    """Also when it goes away for good after the start."""
    faulty = FaultyStore(store, [("before", StoreUnavailable("away"))])
    opened: list[Any] = [faulty]

    def open_once() -> Any:
        if not opened:
            raise StoreUnavailable("still away")
        return opened.pop()

    assert isinstance(_run(open_once, [_request()])[0], Retryable)


def test_a_request_the_store_refuses_fails_alone(store: ClickHouseStore) -> None:
    """Its neighbours in the same insert are stored."""
    poison = Admitted(b"\x0a\x05wrong", b"digest", 1)
    results = _run(lambda: FaultyStore(store, []), [_request(), poison, _request()])
    assert [type(result) for result in results] == [Fate, Rejected, Fate]
    assert _count(store) == 2


def test_a_refused_retry_is_not_repeated(store: ClickHouseStore) -> None:
    """StoreRefused is final: one try."""
    faulty = FaultyStore(store, [("before", StoreRefused("no"))] * 5)
    assert isinstance(_run(lambda: faulty, [_request()])[0], Rejected)
    assert len(faulty.faults) == 4


def test_memory_is_bounded(store: ClickHouseStore) -> None:
    """Past the bound senders are told to come back, and the rest is stored."""
    requests = [_request() for _ in range(10)]
    config = CommitConfig(window_s=0.05, pending_bytes=3 * len(requests[0].body) + 50)
    results = _run(lambda: FaultyStore(store, []), requests, config)
    refused = [result for result in results if isinstance(result, Retryable)]
    assert refused
    assert _count(store) == len(requests) - len(refused)


def test_the_same_request_twice_at_once_is_stored_once(store: ClickHouseStore) -> None:
    """A retry that overtakes the first try waits for it."""
    request = _request()
    assert sorted(map(str, _run(lambda: FaultyStore(store, []), [request, request]))) == [
        "Fate.REPEATED",
        "Fate.STORED",
    ]
    assert _count(store) == 1


def test_a_restart_remembers_what_was_stored(store: ClickHouseStore, store_url: StoreUrl) -> None:
    """Digests are read back, so a late retry adds nothing after a restart."""
    import time

    raw = make_request([make_span()]).SerializeToString()
    request = admit_protobuf(raw, "default", time.time_ns())
    assert _run(lambda: open_store(store_url), [request]) == [Fate.STORED]
    assert _run(lambda: open_store(store_url), [request]) == [Fate.REPEATED]


def test_a_sender_that_hangs_up_loses_nothing(store: ClickHouseStore) -> None:
    """Its spans are stored all the same, and its neighbours never notice."""

    async def hang_up() -> Fate:
        commit = GroupCommit(lambda: FaultyStore(store, []), CommitConfig(window_s=0.05), CollectorMetrics())
        await commit.start()
        impatient = asyncio.create_task(commit.commit(_request()))
        neighbour = asyncio.create_task(commit.commit(_request()))
        await asyncio.sleep(0)
        impatient.cancel()
        stored = await neighbour
        await commit.stop()
        return stored

    assert asyncio.run(hang_up()) is Fate.STORED
    assert _count(store) == 2


@pytest.mark.parametrize("requests", [1, 5])
def test_stopping_stores_what_is_waiting(store: ClickHouseStore, requests: int) -> None:
    """Nothing that was taken is left behind."""

    async def stop_at_once() -> None:
        commit = GroupCommit(lambda: FaultyStore(store, []), CommitConfig(window_s=5), CollectorMetrics())
        await commit.start()
        waiting = [asyncio.create_task(commit.commit(_request())) for _ in range(requests)]
        await asyncio.sleep(0)
        await commit.stop()
        await asyncio.gather(*waiting)

    asyncio.run(asyncio.wait_for(stop_at_once(), 60))
    assert _count(store) == requests
