"""The spool on disk: order, tokens, bounds and books."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass_collector.config import SpoolConfig
from spanglass_collector.errors import SpoolFull
from spanglass_collector.spool.owner import OwnerLock
from spanglass_collector.spool.queue import Spool
from spanglass_collector.spool.record import Spooled

CONFIG = SpoolConfig(free_disk_bytes=0, reserve_bytes=1 << 16)
LARGE = 1 << 30


def request(name: str, *, signal: str = "traces", size: int = 10) -> Spooled:
    return Spooled(signal, name.encode(), records=2, body=name.encode().ljust(size, b"."))


def books(spool: Spool) -> dict[str, int]:
    """Items by state, over all signals."""
    found: dict[str, int] = {}
    for total in spool.totals():
        found[total.name] = found.get(total.name, 0) + total.records
    parts = ("replayed", "dropped", "pending", "dead")
    assert found.get("spooled", 0) == sum(found.get(name, 0) for name in parts)
    return {name: count for name, count in found.items() if count}


def names(block: object) -> list[str]:
    return [r.digest.decode() for r in block.requests]  # type: ignore[attr-defined]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool", CONFIG)
    yield opened
    opened.close()


def test_requests_come_back_in_order_as_one_insert(spool: Spool) -> None:
    """Untried requests are gathered up to a size, so that small ones drain fast."""
    spool.append([request("a"), request("b")])
    spool.append([request("c")])
    block = spool.next_block(LARGE)
    assert block is not None
    assert names(block) == ["a", "b", "c"]
    spool.remove(block)
    assert spool.next_block(LARGE) is None
    assert books(spool) == {"spooled": 6, "replayed": 6}


def test_an_insert_that_was_tried_is_never_regrouped(spool: Spool) -> None:
    """The store may have it under its token: neighbours must not be added to it, nor taken from it."""
    spool.append([request("a")])
    spool.append([request("b"), request("c")], token="tried")
    spool.append([request("d")])
    found = []
    while block := spool.next_block(LARGE):
        found.append((names(block), block.token == "tried"))
        spool.remove(block)
    assert found == [(["a"], False), (["b", "c"], True), (["d"], False)]


def test_a_token_outlives_the_process(tmp_path: Path) -> None:
    """A crash between the insert and its removal repeats the insert under the same token."""
    first = Spool(tmp_path, CONFIG)
    first.append([request("a"), request("b")])
    taken = first.next_block(LARGE)
    first.append([request("c")])
    first.close()
    second = Spool(tmp_path, CONFIG)
    assert second.next_block(LARGE) == taken
    second.close()


def test_an_insert_is_of_one_signal(spool: Spool) -> None:
    """And no larger than it may be, unless one request alone is."""
    spool.append([request("a"), request("b", signal="logs"), request("c", signal="logs", size=100)])
    found = []
    while block := spool.next_block(50):
        found.append((block.signal, names(block)))
        spool.remove(block)
    assert found == [("traces", ["a"]), ("logs", ["b"]), ("logs", ["c"])]


def test_signals_that_come_in_turns_share_inserts(spool: Spool) -> None:
    """Spans, logs and metrics of one application alternate: an insert takes all of its signal, each in order."""
    for turn in "123":
        spool.append([request(f"{signal}{turn}", signal=signal) for signal in ("traces", "logs", "metrics")])
    found = []
    while block := spool.next_block(LARGE):
        found.append(names(block))
        spool.remove(block)
    assert found == [[f"{signal}{turn}" for turn in "123"] for signal in ("traces", "logs", "metrics")]


def test_past_its_bound_nothing_is_taken(tmp_path: Path) -> None:
    """All of a group or none of it."""
    spool = Spool(tmp_path, SpoolConfig(size_bytes=25, free_disk_bytes=0, reserve_bytes=4096))
    spool.append([request("a"), request("b")])
    with pytest.raises(SpoolFull, match="slow or away"):
        spool.append([request("c")])
    assert books(spool) == {"spooled": 4, "pending": 4}
    block = spool.next_block(LARGE)
    assert block
    spool.remove(block)
    spool.append([request("c")])
    spool.close()


def test_too_little_room_on_the_disk_is_the_spools_end_too(tmp_path: Path) -> None:
    """The store needs the room more."""
    spool = Spool(tmp_path, SpoolConfig(free_disk_bytes=1 << 60))
    with pytest.raises(SpoolFull, match="make room"):
        spool.append([request("a")])
    spool.close()


def test_a_refused_insert_is_halved_until_the_bad_request_is_alone(spool: Spool) -> None:
    """Everything else is stored, in order; the bad one becomes a dead letter with its reason."""
    spool.append([request(name) for name in "abcde"])
    stored = []
    while block := spool.next_block(LARGE):
        if "d" not in names(block):
            stored += names(block)
            spool.remove(block)
        elif len(block.ids) > 1:
            spool.split(block)
        else:
            spool.bury(block, "no such thing")
    assert stored == ["a", "b", "c", "e"]
    (dead,) = spool.dead_letters(10)
    assert (dead.records, dead.reason) == (2, "no such thing")
    assert books(spool) == {"spooled": 10, "replayed": 8, "dead": 2}


def test_dead_letters_come_back_or_go_for_good(spool: Spool) -> None:
    """The books know both ways; doing it twice does nothing."""
    spool.append([request("a")], token="t1")
    spool.append([request("b")], token="t2")
    for _ in range(2):
        block = spool.next_block(LARGE)
        assert block
        spool.bury(block, "refused")
    first, second = (letter.id for letter in spool.dead_letters(10))
    assert (spool.revive([first]), spool.revive([first])) == (1, 0)
    assert (spool.drop([second], "dead"), spool.drop([second], "dead")) == (1, 0)
    assert books(spool) == {"spooled": 4, "pending": 2, "dropped": 2}
    block = spool.next_block(LARGE)
    assert block
    assert names(block) == ["a"]


def test_the_oldest_dead_letters_give_way(tmp_path: Path) -> None:
    """Their bound holds, and what goes is booked."""
    spool = Spool(tmp_path, SpoolConfig(dead_letter_bytes=25, free_disk_bytes=0, reserve_bytes=4096))
    for name in "abc":
        spool.append([request(name)])
        block = spool.next_block(LARGE)
        assert block
        spool.bury(block, name)
    assert [letter.reason for letter in spool.dead_letters(10)] == ["b", "c"]
    assert books(spool) == {"spooled": 6, "dropped": 2, "dead": 4}
    spool.close()


def test_what_another_process_dropped_is_not_booked_twice(tmp_path: Path) -> None:
    """`spanglass spool drop` may overtake the drain."""
    drain, command = Spool(tmp_path, CONFIG), Spool(tmp_path, CONFIG)
    drain.append([request("a"), request("b")])
    block = drain.next_block(LARGE)
    assert block
    command.drop([block.ids[0]], "pending")
    drain.remove(block)
    assert books(drain) == {"spooled": 4, "dropped": 2, "replayed": 2}
    drain.close()
    command.close()


def test_an_emptied_spool_gives_its_space_back(spool: Spool, tmp_path: Path) -> None:
    """A long outage leaves no file of its size behind."""
    spool.append([request("a", size=3 << 20)])
    block = spool.next_block(LARGE)
    assert block
    spool.remove(block)
    spool.shrink()
    files = [path for path in (tmp_path / "spool").iterdir() if path.name.startswith("spool.db")]
    assert sum(path.stat().st_size for path in files) < 1 << 18


def test_a_clock_that_jumps_changes_no_order(tmp_path: Path) -> None:
    """Order is that of arrival; times are for people."""
    times = iter([2_000, 1_000, -5])
    spool = Spool(tmp_path, CONFIG, clock_ns=lambda: next(times))
    for name in "abc":
        spool.append([request(name)])
    block = spool.next_block(LARGE)
    assert block
    assert names(block) == ["a", "b", "c"]
    spool.close()


def test_a_forked_child_cannot_use_its_parents_spool(spool: Spool) -> None:
    """SQLite connections do not survive a fork; the child hears so, and the parent goes on."""
    spool.append([request("a")])
    child = os.fork()
    if not child:
        try:
            spool.is_empty()
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    spool.append([request("b")])
    block = spool.next_block(LARGE)
    assert block
    assert names(block) == ["a", "b"]


def test_one_process_at_a_time_drains(tmp_path: Path) -> None:
    """The lock goes with its holder; a child that is forked and ends does not give it back."""
    mine, other = OwnerLock(tmp_path), OwnerLock(tmp_path)
    assert mine.acquire()
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert not other.acquire()
    mine.release()
    assert other.acquire()
    other.release()


def test_a_format_of_the_future_is_left_alone(tmp_path: Path) -> None:
    """An older program must not touch what it does not understand."""
    Spool(tmp_path, CONFIG).close()
    with sqlite3.connect(tmp_path / "spool.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(sqlite3.DatabaseError, match="format 99"):
        Spool(tmp_path, CONFIG)
