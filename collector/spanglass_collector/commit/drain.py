"""Replays the spool: oldest insert first, each under the token it always had, until the store has it.

Also finds out when a store that was away is back, and prepares one that was away when the collector started.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

from spanglass_collector.admit.request import Admitted
from spanglass_collector.admit.signals import BY_NAME
from spanglass_collector.commit.block import Block
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.commit.pace import Pace
from spanglass_collector.commit.verdict import is_fault_of_data
from spanglass_collector.commit.writer import Writer
from spanglass_collector.errors import CollectorError, StoreError, first_line
from spanglass_collector.spool.queue import Spool
from spanglass_collector.spool.record import SpooledBlock

log = logging.getLogger(__name__)

POLL_S = 1.0
LARGE_BYTES = 8 * 1024 * 1024
"""A backlog worth an insert at once."""
CATCH_UP_BYTES = 16 * 1024 * 1024
"""Most backlog that a reader waits for, half a second of inserting: past it the collector has a load to carry."""
"""How often an idle drain looks for what another process put back (spanglass spool replay)."""


class Step(Enum):
    """What one step of the drain came to."""

    WORKED = 1
    IDLE = 2
    FAILED = 3
    """Or the oldest insert is under way elsewhere."""


class Drain:
    """One task. `prepare` brings the store up to date and is called until it succeeds once."""

    def __init__(
        self,
        spool: Spool,
        writer: Writer,
        health: StoreHealth,
        *,
        prepare: Callable[[], None],
        group_bytes: int,
        gather_s: float = 0.0,
    ) -> None:
        self._pace = Pace(gather_s)
        self._spool = spool
        self._writer = writer
        self._health = health
        self._prepare: Callable[[], None] | None = prepare
        self._preparing: asyncio.Future[None] | None = None
        self._group_bytes = group_bytes
        self._held: set[str] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drain")
        self._wake = asyncio.Event()
        self._stopping = False
        self._is_hurried = False
        self._step_ended: asyncio.Future[None] = asyncio.Future()
        self._has_grown = False
        self.on_step: Callable[[], None] = lambda: None
        """Called after each step: there may be less in the spool."""
        self.is_replaying = False
        """Whether its thread waits for the store."""

    @property
    def is_prepared(self) -> bool:
        return self._prepare is None

    async def prepare(self) -> None:
        """Raises StoreError, and may be called again, also while it is under way."""
        if self._prepare is None:
            return
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.get_running_loop().run_in_executor(self._thread, self._prepare)
        await asyncio.shield(self._preparing)
        self._prepare = None

    def hold(self, token: str) -> None:
        """An insert with this token is under way elsewhere: leave it alone until `release`."""
        self._held.add(token)

    def release(self, token: str) -> None:
        self._held.discard(token)
        self._wake.set()

    def wake(self) -> None:
        self._wake.set()

    async def run(self, shortest: float, longest: float) -> None:
        """Until `stop`, with pauses of `shortest` to `longest` seconds while the store does not answer."""
        pause = shortest
        while not self._stopping:
            self._wake.clear()
            await self._gather()
            step = await self._step()
            if step is Step.WORKED:
                pause = shortest
                self._has_grown = True
            elif step is Step.IDLE:
                await self._rest()
            else:
                await self._pause(pause)
                pause = min(pause * 2, longest)

    async def catch_up(self, longest_s: float, most_bytes: int = CATCH_UP_BYTES) -> None:
        """Returns once what is in the spool now is stored; at once when that is more than `most_bytes`."""
        deadline = time.monotonic() + longest_s
        for _ in range(2 if self.is_replaying else 1):
            left_s = deadline - time.monotonic()
            if not self._health.is_well or left_s <= 0 or not 0 < self._spool.pending_bytes <= most_bytes:
                return
            self._is_hurried = True
            self._wake.set()
            await asyncio.wait((self._step_ended,), timeout=left_s)

    async def _gather(self) -> None:
        """Let company come for what is in the spool, unless there is much of it or a reader waits for it."""
        while (left_s := self._pace.left_s) and 0 < self._spool.pending_bytes < LARGE_BYTES:
            if self._stopping or self._is_hurried:
                break
            self._wake.clear()
            await self._is_woken(left_s)
        self._is_hurried = False

    def stop(self) -> None:
        """The step under way is finished; nothing is begun."""
        self._stopping = True
        self._wake.set()

    def close(self, *, wait: bool) -> None:
        if wait:
            self._thread.submit(self._writer.close)
        self._thread.shutdown(wait=wait)

    async def _step(self) -> Step:
        try:
            self.is_replaying = True
            await self.prepare()
            step = await asyncio.get_running_loop().run_in_executor(self._thread, self._replay_oldest)
        except (CollectorError, sqlite3.Error, OSError) as error:
            self._health.failed(first_line(error))
            return Step.FAILED
        except Exception as error:  # the drain's wall: whatever happens, it goes on
            log.exception("the spool could not be replayed")
            self._health.failed(first_line(error))
            return Step.FAILED
        finally:
            self.is_replaying = False
            self._step_ended.set_result(None)
            self._step_ended = asyncio.get_running_loop().create_future()
            self.on_step()
        if step is not Step.FAILED:
            self._health.answered()
        return step

    def _replay_oldest(self) -> Step:
        block = self._spool.next_block(self._group_bytes)
        if block is None:
            if self._health.is_away:
                self._writer.connection().query("SELECT 1")
            return Step.IDLE
        if block.token in self._held:
            return Step.FAILED
        try:
            self._writer.insert(_as_block(block))
        except StoreError as error:
            if not is_fault_of_data(error):
                raise
            self._quarantine(block, first_line(error))
        else:
            self._spool.remove(block)
        self._pace.insert_ended()
        return Step.WORKED

    def _quarantine(self, block: SpooledBlock, reason: str) -> None:
        if len(block.ids) > 1:
            self._spool.split(block)
            return
        log.warning(
            "dead letter: the store refused a spooled request of %d records: %s", block.requests[0].records, reason
        )
        self._spool.bury(block, reason)

    async def _pause(self, seconds: float) -> None:
        """A full pause: a store that is away is not asked more often because more comes in."""
        deadline = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < deadline:
            self._wake.clear()
            await self._is_woken(deadline - time.monotonic())

    async def _rest(self) -> None:
        """Until more comes. The first quiet moment after work gives the disk its room back."""
        if not await self._is_woken(POLL_S) and self._has_grown:
            self._has_grown = False
            await asyncio.get_running_loop().run_in_executor(self._thread, self._spool.shrink)

    async def _is_woken(self, within_s: float) -> bool:
        try:
            await asyncio.wait_for(self._wake.wait(), within_s)
        except asyncio.TimeoutError:
            return False
        return True


def _as_block(spooled: SpooledBlock) -> Block:
    signal = BY_NAME[spooled.signal]
    return Block([Admitted(r.body, r.digest, r.records, signal=signal) for r in spooled.requests], spooled.token)
