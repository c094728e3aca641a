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
from spanglass_collector.commit.verdict import is_fault_of_data
from spanglass_collector.commit.writer import Writer
from spanglass_collector.errors import CollectorError, StoreError, first_line
from spanglass_collector.spool.queue import Spool
from spanglass_collector.spool.record import SpooledBlock

log = logging.getLogger(__name__)

POLL_S = 1.0
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
        self, spool: Spool, writer: Writer, health: StoreHealth, *, prepare: Callable[[], None], group_bytes: int
    ) -> None:
        self._spool = spool
        self._writer = writer
        self._health = health
        self._prepare: Callable[[], None] | None = prepare
        self._group_bytes = group_bytes
        self._held: set[str] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drain")
        self._wake = asyncio.Event()
        self._stopping = False
        self.is_replaying = False
        """Whether its thread waits for the store."""

    @property
    def is_prepared(self) -> bool:
        return self._prepare is None

    async def prepare(self) -> None:
        """Raises StoreError, and may be called again."""
        if self._prepare:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._prepare)
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
            step = await self._step()
            if step is Step.WORKED:
                pause = shortest
            elif step is Step.IDLE:
                await self._wait(POLL_S)
            else:
                await self._pause(pause)
                pause = min(pause * 2, longest)

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
        if self._spool.is_empty():
            self._spool.shrink()
            log.info("the spool is drained")
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
            await self._wait(deadline - time.monotonic())

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except asyncio.TimeoutError:
            return


def _as_block(spooled: SpooledBlock) -> Block:
    signal = BY_NAME[spooled.signal]
    return Block([Admitted(r.body, r.digest, r.records, signal=signal) for r in spooled.requests], spooled.token)
