"""Group commit with a spool behind it: what is acknowledged, what is replayed, and that it is there once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from spanglass_collector.admit.request import Admitted, admit_protobuf
from spanglass_collector.commit.durable import durable_commit
from spanglass_collector.commit.fate import Fate
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.config import CollectorConfig, CommitConfig, SpoolConfig
from spanglass_collector.errors import SpoolFull, StoreUnavailable
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.spool.queue import Spool
from spanglass_collector.store import ClickHouseStore, Store
from tests.commit.faulty import Switchable
from tests.otlp_samples import make_request, make_span
from tests.spool.test_queue import books

CONFIG = CollectorConfig(
    commit=CommitConfig(window_s=0.001, retry_pause_s=0.001, writers=1),
    spool=SpoolConfig(
        early_bytes=0, free_disk_bytes=0, reserve_bytes=4096, slow_insert_s=60, retry_min_s=0.01, retry_max_s=0.05
    ),
)


def some_request(spans: int = 1) -> Admitted:
    made = make_request(
        [make_span({"gen_ai.request.model": "m", "gen_ai.operation.name": "chat"}) for _ in range(spans)]
    )
    return admit_protobuf(made.SerializeToString(), "default", 1)


@pytest.fixture
def faulty(store: ClickHouseStore) -> Switchable:
    return Switchable(store)


@asynccontextmanager
async def collecting(
    faulty: Switchable, spool: Spool, config: CollectorConfig = CONFIG, *, needs_store: bool = False
) -> AsyncIterator[tuple[GroupCommit, StoreHealth]]:
    health = StoreHealth()
    commit = durable_commit(faulty.open, spool, config, CollectorMetrics(), health=health, needs_store=needs_store)
    await commit.start()
    try:
        yield commit, health
    finally:
        faulty.gate.set()
        await commit.stop()


def run(
    faulty: Switchable,
    folder: Path,
    scenario: Callable[[GroupCommit, StoreHealth, Spool], Awaitable[None]],
    config: CollectorConfig = CONFIG,
) -> dict[str, int]:
    """Play a scenario over a fresh or an old spool; returns its books."""

    async def play() -> dict[str, int]:
        spool = Spool(folder, config.spool)
        async with collecting(faulty, spool, config) as (commit, health):
            await scenario(commit, health, spool)
        found = books(spool)
        spool.close()
        return found

    return asyncio.run(asyncio.wait_for(play(), 120))


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


def rows(store: Store) -> tuple[int, int, int]:
    """Spans as stored, spans as read, calls in the rollup."""
    raw = store.query("SELECT count() FROM spans SETTINGS final = 0").result_rows[0][0]
    read = store.query("SELECT count() FROM spans").result_rows[0][0]
    calls = store.query("SELECT sum(Calls) FROM usage_1m").result_rows[0][0]
    return int(raw), int(read), int(calls)


def test_a_healthy_store_never_sees_the_spool(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """No write, no sync: the way of every day costs nothing more."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        assert await asyncio.gather(*(commit.commit(some_request()) for _ in range(5))) == [Fate.STORED] * 5
        assert health.complaint == ""

    assert run(faulty, tmp_path, scenario) == {}
    assert rows(store) == (5, 5, 5)


def test_a_store_that_is_away_costs_nobody_a_span(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """Acknowledged from the spool, replayed when the store is back; then requests go to the store again."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.is_away = True
        assert await asyncio.gather(*(commit.commit(some_request()) for _ in range(5))) == [Fate.SPOOLED] * 5
        assert health.complaint == "the store is not available: connection refused"
        assert await commit.commit(some_request(3)) is Fate.SPOOLED
        faulty.is_away = False
        await until(lambda: spool.is_empty() and health.is_well)
        assert await commit.commit(some_request()) is Fate.STORED

    assert run(faulty, tmp_path, scenario) == {"spooled": 8, "replayed": 8}
    assert rows(store) == (9, 9, 9)


def test_a_store_that_stores_and_loses_the_answer_doubles_nothing(
    faulty: Switchable, store: Store, tmp_path: Path
) -> None:
    """Tried three times, spooled, replayed: always the same block under the same token, rollups included."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.loses_answers = True
        fates = await asyncio.gather(*(commit.commit(some_request()) for _ in range(4)))
        assert fates == [Fate.SPOOLED] * 4
        tried = faulty.inserts
        await until(lambda: faulty.inserts > tried)
        faulty.loses_answers = False
        await until(spool.is_empty)

    assert run(faulty, tmp_path, scenario) == {"spooled": 4, "replayed": 4}
    assert rows(store) == (4, 4, 4)


def test_a_slow_insert_is_answered_from_the_spool_and_leaves_it(
    faulty: Switchable, store: Store, tmp_path: Path
) -> None:
    """Senders hear back in time, later ones go to the spool at once, and the insert ends as one."""
    impatient = replace(CONFIG, spool=replace(CONFIG.spool, slow_insert_s=0.05))

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.gate.clear()
        assert await commit.commit(some_request(2)) is Fate.SPOOLED
        assert health.complaint == "the store is slow"
        assert await commit.commit(some_request(3)) is Fate.SPOOLED
        assert books(spool) == {"spooled": 5, "pending": 5}
        faulty.gate.set()
        await until(lambda: spool.is_empty() and health.is_well)

    assert run(faulty, tmp_path, scenario, impatient) == {"spooled": 5, "replayed": 5}
    assert rows(store) == (5, 5, 5)


def test_too_much_in_memory_overflows_into_the_spool(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """A burst that the store takes its time for, without being slow yet."""
    patient = replace(CONFIG, spool=replace(CONFIG.spool, memory_bytes=0))

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.gate.clear()
        first = asyncio.create_task(commit.commit(some_request()))
        await until(faulty.begun.is_set)
        assert await commit.commit(some_request()) is Fate.SPOOLED
        assert not first.done()
        faulty.gate.set()
        assert await first in (Fate.STORED, Fate.SPOOLED)
        await until(spool.is_empty)

    assert run(faulty, tmp_path, scenario, patient)["replayed"] >= 1
    assert rows(store) == (2, 2, 2)


def test_what_is_in_the_spool_survives_the_process(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """The next process replays it, and knows a request that is sent again although only the spool has it."""
    sent = [some_request() for _ in range(3)]

    async def before(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.is_away = True
        assert await asyncio.gather(*map(commit.commit, sent)) == [Fate.SPOOLED] * 3

    async def after(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        assert health.is_away
        assert await commit.commit(sent[1]) is Fate.REPEATED
        faulty.is_away = False
        await until(spool.is_empty)

    assert run(faulty, tmp_path, before) == {"spooled": 3, "pending": 3}
    assert run(faulty, tmp_path, after) == {"spooled": 3, "replayed": 3}
    assert rows(store) == (3, 3, 3)


def test_what_the_store_has_is_not_replayed_for_a_collector_that_could_not_ask(
    faulty: Switchable, store: Store, tmp_path: Path
) -> None:
    """Stored, answer lost, collector restarted while the store is away, sent again: it is counted once."""
    import time

    made = make_request([make_span({"gen_ai.request.model": "m"})]).SerializeToString()
    sent = admit_protobuf(made, "default", time.time_ns())

    async def before(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        assert await commit.commit(sent) is Fate.STORED

    async def after(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        assert await commit.commit(sent) is Fate.SPOOLED
        faulty.is_away = False
        await until(spool.is_empty)

    run(faulty, tmp_path, before)
    faulty.is_away = True
    assert run(faulty, tmp_path, after) == {"spooled": 1, "replayed": 1}
    assert rows(store) == (1, 1, 1)


def test_a_bad_request_in_the_spool_becomes_a_dead_letter(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """Its neighbours are stored; it is kept with the store's reason."""
    poison = replace(some_request(), body=b"\x0a\x05wrong", digest=b"poison")

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.is_away = True
        await asyncio.gather(*map(commit.commit, [some_request(), poison, some_request(), some_request()]))
        faulty.is_away = False
        await until(spool.is_empty)
        (dead,) = spool.dead_letters(10)
        assert dead.reason

    assert run(faulty, tmp_path, scenario) == {"spooled": 4, "replayed": 3, "dead": 1}
    assert rows(store) == (3, 3, 3)


def test_an_insert_the_store_has_no_memory_for_is_taken_apart(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """Tried as a whole for ever, it would keep back everything behind it."""
    requests = [some_request() for _ in range(8)]

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.is_away = True
        await asyncio.gather(*map(commit.commit, requests))
        faulty.memory_bytes = 3 * len(requests[0].body)
        faulty.is_away = False
        await until(spool.is_empty)

    assert run(faulty, tmp_path, scenario) == {"spooled": 8, "replayed": 8}
    assert rows(store) == (8, 8, 8)
    assert faulty.inserts == 4


def test_a_full_spool_is_a_503_and_gets_room_again(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """Nothing that was refused is stored; the sender still has it and comes back."""
    first, second = some_request(), some_request()
    small = replace(CONFIG, spool=replace(CONFIG.spool, size_bytes=len(first.body) + 10))

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.is_away = True
        assert await commit.commit(first) is Fate.SPOOLED
        with pytest.raises(SpoolFull):
            await commit.commit(second)
        faulty.is_away = False
        await until(lambda: spool.is_empty() and health.is_well)
        assert await commit.commit(second) is Fate.STORED

    assert run(faulty, tmp_path, scenario, small) == {"spooled": 1, "replayed": 1}
    assert rows(store) == (2, 2, 2)


def test_without_store_and_spool_it_recovers_all_the_same(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """Nothing could be spooled, so nothing is there to try the store with: it is asked anyway."""
    none = replace(CONFIG, spool=replace(CONFIG.spool, size_bytes=0))

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.is_away = True
        with pytest.raises(SpoolFull):
            await commit.commit(some_request())
        faulty.is_away = False
        await until(lambda: health.is_well)
        assert await commit.commit(some_request()) is Fate.STORED

    run(faulty, tmp_path, scenario, none)
    assert rows(store) == (1, 1, 1)


def test_stopping_does_not_wait_for_a_store_that_hangs(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """In a hurry, what the store has not taken goes to the spool; the next process stores it, once."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.gate.clear()
        waiting = [asyncio.create_task(commit.commit(some_request()))]
        await until(faulty.begun.is_set)
        waiting += [asyncio.create_task(commit.commit(some_request())) for _ in range(3)]
        await asyncio.sleep(0)
        await commit.stop(deadline_s=0.05)
        assert await asyncio.gather(*waiting) == [Fate.SPOOLED] * 4

    async def after(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        await until(spool.is_empty)

    assert run(faulty, tmp_path, scenario) == {"spooled": 4, "pending": 4}
    assert run(faulty, tmp_path, after) == {"spooled": 4, "replayed": 4}
    assert rows(store) == (4, 4, 4)


def test_an_embedded_store_must_be_there_at_the_start(faulty: Switchable, tmp_path: Path) -> None:
    """Another process has it: a person must decide."""

    async def play() -> None:
        faulty.is_away = True
        async with collecting(faulty, Spool(tmp_path, CONFIG.spool), needs_store=True):
            pass

    with pytest.raises(StoreUnavailable):
        asyncio.run(play())
