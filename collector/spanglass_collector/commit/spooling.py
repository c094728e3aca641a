"""The way into the spool, for requests that the store cannot take now. On the event loop, like group.py."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from spanglass_collector.admit.request import Admitted
from spanglass_collector.commit.block import Block
from spanglass_collector.commit.drain import Drain
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.commit.seen import SeenRequests
from spanglass_collector.config import SpoolConfig
from spanglass_collector.errors import StoreUnavailable
from spanglass_collector.spool.queue import Spool
from spanglass_collector.spool.record import Spooled

T = TypeVar("T")


class Spooling:
    """Owns the spool's writing thread and the drain's task, not the spool."""

    def __init__(
        self, spool: Spool, drain: Drain, health: StoreHealth, config: SpoolConfig, *, needs_store: bool = False
    ) -> None:
        self.health = health
        self.config = config
        self._spool = spool
        self._drain = drain
        self._needs_store = needs_store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._task: asyncio.Task[None] | None = None
        self.is_stuck = False

    async def start(self, seen: SeenRequests, on_progress: Callable[[], None] = lambda: None) -> None:
        """A store that is away or hangs is no obstacle unless it `needs_store`: the drain goes on asking.

        Raises StoreError.
        """
        for digest in await self._in_thread(self._spool.digests):
            seen.add(digest)
        try:
            await asyncio.wait_for(self._drain.prepare(), None if self._needs_store else self.config.slow_insert_s)
        except StoreUnavailable as error:
            if self._needs_store:
                raise
            self.health.failed(str(error))
        except asyncio.TimeoutError:
            self.health.failed("it does not answer")
        self._drain.on_step = on_progress
        work = self._drain.run(self.config.retry_min_s, self.config.retry_max_s)
        self._task = asyncio.create_task(work, name="drain")

    async def stop(self, *, wait: bool) -> None:
        """`wait`: for the insert that the drain has under way; without, the end of the process cuts it short."""
        self._drain.stop()
        if self._task and not wait:
            self.is_stuck = self._drain.is_replaying
            self._task.cancel()
        if self._task:
            await asyncio.wait((self._task,))
        self._drain.close(wait=wait)
        self._thread.shutdown()

    @property
    def backlog_bytes(self) -> int:
        """Request bytes that are acknowledged and not stored yet."""
        return self._spool.pending_bytes

    async def catch_up(self, longest_s: float) -> None:
        """Returns once what is acknowledged now is stored; at once when that would take long."""
        await self._drain.catch_up(longest_s)

    async def empty(self, longest_s: float) -> None:
        """Store what was acknowledged early; what an outage left stays for the next start."""
        await self._drain.catch_up(longest_s, 2 * self.config.early_bytes)

    async def keep(self, requests: Sequence[Admitted], token: str = "") -> None:
        """Returns when all are synced to disk. Raises SpoolFull, and then none is."""
        spooled = [Spooled(r.signal.name, r.digest, r.records, r.body, is_alone=r.is_heavy) for r in requests]
        await self._in_thread(lambda: self._spool.append(spooled, token))
        self._drain.wake()

    async def keep_slow(self, block: Block) -> bool:
        """Keep an insert that is still under way; False when the writer is taking it apart. Raises SpoolFull."""
        if not block.claim():
            return False
        self._drain.hold(block.token)
        try:
            await self.keep(block.requests, block.token)
        except BaseException:
            self._drain.release(block.token)
            raise
        return True

    async def release_slow(self, block: Block, *, is_stored: bool) -> None:
        """Its insert came to an end: what is stored leaves the spool, the rest is the drain's."""
        if is_stored:
            # If that fails, the drain inserts it once more, under the same token: nothing is added.
            with contextlib.suppress(sqlite3.Error, OSError):
                await self._in_thread(lambda: self._spool.remove_token(block.token))
        self._drain.release(block.token)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
