"""Acknowledgement from the spool while the store is well: requests that follow an insert closely wait for company."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs

from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.request import Admitted, admit_protobuf
from spanglass_collector.commit.fate import Fate
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.config import CollectorConfig
from spanglass_collector.spool.queue import Spool
from spanglass_collector.store import Store
from tests.commit.faulty import Switchable
from tests.commit.test_spooling import CONFIG, faulty, rows, run, some_request, until

__all__ = ["faulty"]


def gathering(gather_s: float, early_bytes: int = 1 << 20) -> CollectorConfig:
    return replace(CONFIG, spool=replace(CONFIG.spool, early_bytes=early_bytes, gather_s=gather_s))


def test_who_comes_during_an_insert_is_answered_before_its_end(
    faulty: Switchable, store: Store, tmp_path: Path
) -> None:
    """From the spool, synced; the insert after this one takes all of them."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.gate.clear()
        assert await commit.commit(some_request()) is Fate.SPOOLED
        await until(faulty.begun.is_set)
        assert await asyncio.gather(*(commit.commit(some_request()) for _ in range(4))) == [Fate.SPOOLED] * 4
        assert health.complaint == ""
        faulty.gate.set()

    assert run(faulty, tmp_path, scenario, gathering(0.0)) == {"spooled": 5, "replayed": 5}
    assert rows(store) == (5, 5, 5)
    assert faulty.inserts == 2


def test_requests_one_after_another_share_inserts(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """Twenty in a row: the first is stored at once, the others together."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        await commit.commit(some_request())
        await until(spool.is_empty)
        assert [await commit.commit(some_request()) for _ in range(19)] == [Fate.SPOOLED] * 19

    assert run(faulty, tmp_path, scenario, gathering(60.0)) == {"spooled": 20, "replayed": 20}
    assert rows(store) == (20, 20, 20)
    assert faulty.inserts == 2


def test_a_reader_sees_what_was_acknowledged(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """`catch_up` does not wait for company."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        for seen in range(1, 4):
            await commit.commit(some_request())
            await commit.catch_up(30.0)
            assert rows(store) == (seen, seen, seen)

    run(faulty, tmp_path, scenario, gathering(60.0))


def some_log() -> Admitted:
    record = LogRecord(time_unix_nano=time.time_ns(), body=AnyValue(string_value=uuid.uuid4().hex))
    made = ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=[record])])])
    return admit_protobuf(made.SerializeToString(), "default", 1, LOGS)


def test_a_reader_sees_what_was_acknowledged_behind_another_signal(
    faulty: Switchable, store: Store, tmp_path: Path
) -> None:
    """Spans that came after logs are in the insert after theirs: the reader waits for both."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        for seen in range(1, 4):
            await commit.commit(some_request())
            await commit.commit(some_log())
            await commit.commit(some_request())
            await commit.catch_up(30.0)
            assert rows(store) == (2 * seen, 2 * seen, 2 * seen)

    run(faulty, tmp_path, scenario, gathering(60.0))


def test_signals_in_turns_do_not_wait_for_each_other(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """One pause for all signals: two requests are stored at once, twenty after the pause in one insert a signal."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        await asyncio.gather(commit.commit(some_request()), commit.commit(some_log()))
        await until(spool.is_empty)
        before = faulty.inserts
        for _ in range(10):
            await commit.commit(some_request())
            await commit.commit(some_log())
        await until(spool.is_empty)
        assert faulty.inserts <= before + 4

    run(faulty, tmp_path, scenario, gathering(2.0))
    assert rows(store) == (11, 11, 11)


def test_past_the_bound_senders_wait_for_the_store(faulty: Switchable, store: Store, tmp_path: Path) -> None:
    """When more comes than the store takes, the spool would only be a second write."""
    one = len(some_request().body)

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        faulty.gate.clear()
        assert [await commit.commit(some_request()) for _ in range(2)] == [Fate.SPOOLED] * 2
        late = asyncio.create_task(commit.commit(some_request()))
        await asyncio.sleep(0.2)
        assert not late.done()
        faulty.gate.set()
        await late
        await until(spool.is_empty)
        assert await commit.commit(some_request()) is Fate.SPOOLED

    run(faulty, tmp_path, scenario, gathering(0.0, early_bytes=one + 1))
    assert rows(store) == (4, 4, 4)


def test_a_full_spool_is_nobodys_trouble_while_the_store_is_well(
    faulty: Switchable, store: Store, tmp_path: Path
) -> None:
    """No room on disk for the spool: requests are inserted as if there were none."""
    config = gathering(0.0)
    full = replace(config, spool=replace(config.spool, free_disk_bytes=1 << 60))

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        for _ in range(3):
            assert await commit.commit(some_request()) is Fate.STORED

    assert run(faulty, tmp_path, scenario, full) == {}
    assert rows(store) == (3, 3, 3)


@pytest.mark.parametrize("early_bytes", [1 << 20, 0], ids=["spool", "store"])
def test_a_heavy_request_is_an_insert_of_its_own(
    faulty: Switchable, store: Store, tmp_path: Path, early_bytes: int
) -> None:
    """Whichever way it goes: together, a hundred of them would need a hundred times the memory."""

    async def scenario(commit: GroupCommit, health: StoreHealth, spool: Spool) -> None:
        heavy = [replace(some_request(), repeated_bytes=1 << 27) for _ in range(3)]
        await asyncio.gather(*(commit.commit(request) for request in (some_request(), *heavy, some_request())))
        await commit.catch_up(30.0)
        assert faulty.inserts >= 4

    run(faulty, tmp_path, scenario, gathering(60.0, early_bytes))
    assert rows(store) == (5, 5, 5)
