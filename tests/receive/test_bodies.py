"""Unfinished requests of all connections together hold a bounded amount of memory."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from spanglass_collector.errors import Rejected, Retryable
from spanglass_collector.query.answer import failure
from spanglass_collector.receive.bodies import SMALL_BYTES, Bodies
from spanglass_collector.rest.problem import of_error

MIB = 1 << 20


class Sender:
    """Sends one body, and its last piece only when told to."""

    def __init__(self, first: bytes, last: bytes = b"", *, breaks_off: bool = False) -> None:
        self.first, self.last, self.breaks_off = first, last, breaks_off
        self.may_end = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first
        await self.may_end.wait()
        if self.breaks_off:
            raise Rejected("the connection was closed")
        yield self.last


async def reading(bodies: Bodies, sender: Sender, encoding: str = "") -> asyncio.Task[bytes]:
    """The task, once it waits for the rest of the body or has ended."""
    task = asyncio.create_task(bodies.read(aiter(sender), encoding))
    for _ in range(3):
        await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_large_requests_are_turned_away_while_others_fill_the_room(encoding: str) -> None:
    """Told to come again; whoever holds the room keeps it, and once it is given back the next one fits."""

    async def scenario() -> None:
        bodies = Bodies(limit_bytes=8 * MIB, room_bytes=4 * MIB)
        body = bytes(4 * MIB)
        sent = gzip.compress(body) if encoding else body
        holders = [Sender(sent[:-1], sent[-1:]) for _ in range(2)]
        first = await reading(bodies, holders[0], encoding)
        second = await reading(bodies, holders[1], encoding)
        with pytest.raises(Retryable, match="send this one again"):
            await second
        holders[0].may_end.set()
        assert await first == body
        holders[1].may_end.set()
        assert await bodies.read(aiter(holders[1]), encoding) == body

    asyncio.run(scenario())


def test_small_requests_come_through_whoever_holds_the_room() -> None:
    """However many they are."""

    async def scenario() -> None:
        bodies = Bodies(limit_bytes=8 * MIB, room_bytes=2 * MIB)
        holder = Sender(bytes(3 * MIB))
        large = await reading(bodies, holder)
        small = [Sender(bytes(SMALL_BYTES)) for _ in range(20)]
        tasks = [await reading(bodies, sender) for sender in small]
        for sender in (*small, holder):
            sender.may_end.set()
        assert [len(body) for body in await asyncio.gather(*tasks, large)] == [*[SMALL_BYTES] * 20, 3 * MIB]

    asyncio.run(scenario())


def test_senders_that_break_off_leave_no_room_taken() -> None:
    """Nor do those that are refused in the middle."""

    async def scenario() -> None:
        bodies = Bodies(limit_bytes=8 * MIB, room_bytes=2 * MIB)
        for _ in range(5):
            sender = Sender(bytes(3 * MIB), breaks_off=True)
            task = await reading(bodies, sender)
            sender.may_end.set()
            with pytest.raises(Rejected):
                await task
            with pytest.raises(Retryable):
                await bodies.read(aiter(Sender(bytes(4 * MIB))), "")
        whole = Sender(bytes(3 * MIB))
        whole.may_end.set()
        assert len(await bodies.read(aiter(whole), "")) == 3 * MIB

    asyncio.run(scenario())


def test_who_is_turned_away_is_told_to_come_again() -> None:
    """At the SQL port (as a 400) and by /api/v1/records (as a store that is away) it had been told something else."""
    for answer in (failure(Retryable("too many are on their way")), of_error(Retryable("too many are on their way"))):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert b"too many are on their way" in answer.body
