"""Drains the spool: when its next insert is due, who waits for it, and how long a store that is away is left alone.

Also finds out when such a store is back, and prepares one that was away when the collector started.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.commit.pace import Pace
from spanglass_collector.commit.replay import Replay, Step
from spanglass_collector.errors import CollectorError, first_line
from spanglass_collector.spool.queue import Spool

log = logging.getLogger(__name__)

POLL_S = 1.0
"""How often an idle drain looks for what another process put back (spanglass spool replay)."""
LARGE_BYTES = 8 * 1024 * 1024
"""A backlog worth an insert at once."""
CATCH_UP_BYTES = 16 * 1024 * 1024
"""Most backlog that a reader waits for, half a second of inserting: past it the collector has a load to carry."""


class Drain:
    """One task and one thread. `prepare` brings the store up to date and is called until it succeeds once."""

    def __init__(
        self, spool: Spool, replay: Replay, health: StoreHealth, *, prepare: Callable[[], None], gather_s: float = 0.0
    ) -> None:
        self._spool = spool
        self._replay = replay
        self._health = health
        self._pace = Pace(gather_s)
        self._prepare: Callable[[], None] | None = prepare
        self._preparing: asyncio.Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drain")
        self._wake = asyncio.Event()
        self._stopping = False
        self._is_hurried = False
        self._round_end = 0
        self._step_ended: asyncio.Future[None] = asyncio.Future()
        self._has_grown = False
        self.on_step: Callable[[], None] = lambda: None
        """Called after each step: there may be less in the spool."""
        self.is_replaying = False
        """Whether its thread waits for the store."""

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
        self._replay.hold(token)

    def release(self, token: str) -> None:
        self._replay.release(token)
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
        if self._spool.pending_bytes > most_bytes:
            return
        last = self._spool.newest_id
        deadline = time.monotonic() + longest_s
        while 0 < self._spool.oldest_id <= last and self._health.is_well:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or self._stopping:
                return
            self._is_hurried = True
            self._wake.set()
            await asyncio.wait((self._step_ended,), timeout=left_s)

    def stop(self) -> None:
        """The step under way is finished; nothing is begun."""
        self._stopping = True
        self._wake.set()

    def close(self, *, wait: bool) -> None:
        if wait:
            self._thread.submit(self._replay.close)
        self._thread.shutdown(wait=wait)

    async def _gather(self) -> None:
        """Let company come for what is in the spool, unless there is much of it or a reader waits for it.

        Once for all signals: what was there when a round began is stored, signal by signal, before the next pause.
        """
        while self._spool.oldest_id > self._round_end and (left_s := self._pace.left_s):
            if self._stopping or self._is_hurried or self._spool.pending_bytes >= LARGE_BYTES:
                break
            self._wake.clear()
            await self._is_woken(left_s)
        self._is_hurried = False
        if self._spool.oldest_id > self._round_end:
            self._round_end = self._spool.newest_id

    async def _step(self) -> Step:
        try:
            self.is_replaying = True
            await self.prepare()
            step = await asyncio.get_running_loop().run_in_executor(self._thread, self._replay_or_ask)
        except (CollectorError, sqlite3.Error, OSError) as error:
            self._health.failed(first_line(error))
            return Step.FAILED
        except Exception as error:  # the drain's wall: whatever happens, it goes on
            log.exception("the spool could not be replayed")
            self._health.failed(first_line(error))
            return Step.FAILED
        finally:
            self._end_step()
        if step is not Step.FAILED:
            self._health.answered()
        return step

    def _end_step(self) -> None:
        self.is_replaying = False
        self._step_ended.set_result(None)
        self._step_ended = asyncio.get_running_loop().create_future()
        self.on_step()

    def _replay_or_ask(self) -> Step:
        step = self._replay.replay_oldest(self._round_end)
        if step is Step.WORKED:
            self._pace.insert_ended()
        elif step is Step.IDLE and self._health.is_away:
            self._replay.ask_store()
        return step

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
            await asyncio.get_running_loop().run_in_executor(self._thread, self._replay.shrink)

    async def _is_woken(self, within_s: float) -> bool:
        try:
            await asyncio.wait_for(self._wake.wait(), within_s)
        except asyncio.TimeoutError:
            return False
        return True
