"""Group commit: requests that arrive while others are on their way to disk go together after them.

The event loop gathers, a few threads work. A sender's await ends when its spans are in the spool or stored, or with
the reason why not: one request that the store refuses never fails its neighbours. The way of every day is through the
spool, from which the drain inserts. While more comes in than the store can take, and without a spool, requests are
inserted from here, and spooled when that fails or takes too long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from spanglass_collector.admit.request import Admitted
from spanglass_collector.commit.block import Block
from spanglass_collector.commit.fate import Fate
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.commit.routing import Routing
from spanglass_collector.commit.seen import SeenRequests
from spanglass_collector.commit.spooling import Spooling
from spanglass_collector.commit.waiting import Result, Waiting
from spanglass_collector.commit.writer import Outcome, Writer
from spanglass_collector.config import CommitConfig
from spanglass_collector.errors import CollectorError, Rejected, Retryable, SpoolFull
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store.contract import Store

log = logging.getLogger(__name__)
T = TypeVar("T")
Insert = asyncio.Future[list[Outcome]]


class GroupCommit:
    """Owns the writing connections. `open_store` is called in the writing threads.

    Without `spooling`, senders are told 503 where the spool would have been used.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        config: CommitConfig,
        metrics: CollectorMetrics,
        *,
        seen: SeenRequests | None = None,
        spooling: Spooling | None = None,
    ) -> None:
        self._config = config
        self._seen = SeenRequests(config.remembered_requests) if seen is None else seen
        self._waiting = Waiting(self._seen, metrics)
        self._spooling = spooling
        self._health = spooling.health if spooling else StoreHealth()
        self._changed = asyncio.Event()
        self._health.on_change = self._changed.set
        self._hurry = asyncio.Event()
        self._idle = [Writer(open_store, config, metrics) for _ in range(config.writers)]
        self._threads = ThreadPoolExecutor(config.writers, thread_name_prefix="commit")
        self._groups: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._routing = Routing(self._waiting, config, spooling)
        self._stopping = False

    async def start(self) -> None:
        """Remember what the store holds, and the spool. Raises StoreError, but with a spool not StoreUnavailable."""
        if self._spooling is None:
            await self._in_thread(lambda: self._seen.load(self._idle[0].connection()))
        else:
            await self._spooling.start(self._seen, self._changed.set)
        self._loop_task = asyncio.create_task(self._run(), name="group-commit")

    def hurry(self) -> None:
        """Wait for the store no longer: what it has not taken yet goes to the spool."""
        self._hurry.set()
        self._routing.is_hurried = True
        self._changed.set()

    async def catch_up(self, longest_s: float = 10.0) -> None:
        """For readers: what was acknowledged before is stored after, unless that would take long."""
        if self._spooling:
            await self._spooling.catch_up(longest_s)

    async def stop(self, deadline_s: float = 60.0) -> None:
        """Store what is waiting, past the deadline spool it, then close. Later commits are refused."""
        self._stopping = True
        self._changed.set()
        timer = asyncio.get_running_loop().call_later(deadline_s, self.hurry)
        if self._loop_task:
            await self._loop_task
        if self._spooling:
            await self._is_done(asyncio.ensure_future(self._spooling.empty(deadline_s)))
        timer.cancel()
        if self._spooling:
            await self._spooling.stop(wait=self._health.is_well and not self._hurry.is_set())
        for writer in () if self._is_busy else self._idle:
            await self._in_thread(writer.close)
        self._threads.shutdown(wait=not self._is_busy)

    @property
    def is_stuck(self) -> bool:
        """After `stop`: a thread still waits for the store."""
        return self._is_busy or (self._spooling is not None and self._spooling.is_stuck)

    async def commit(self, request: Admitted) -> Fate:
        """Returns once the request is safe, and how.

        Raises Retryable when neither store nor spool can take it now, Rejected when the store can never take it.
        """
        if request.digest in self._seen:
            return Fate.REPEATED
        earlier = self._waiting.result_of(request.digest)
        # A sender that hangs up must not take its spans out of an insert that is under way.
        fate = await asyncio.shield(earlier or self._enqueue(request))
        return Fate.REPEATED if earlier else fate

    def _enqueue(self, request: Admitted) -> Result:
        if self._stopping:
            raise Retryable("the collector is shutting down")
        if self._waiting.pending_bytes + len(request.body) > self._config.pending_bytes:
            raise Retryable("too many spans are waiting for the store")
        self._changed.set()
        return self._waiting.add(request)

    async def _run(self) -> None:
        while not self._stopping or self._waiting:
            await self._changed.wait()
            self._changed.clear()
            if not (self._is_busy or self._routing.answers_early or self._stopping):
                await asyncio.sleep(self._config.window_s)
            self._start_groups()
        while self._groups:
            await asyncio.wait(self._groups)

    def _start_groups(self) -> None:
        self._routing.look()
        while self._routing.is_worth_an_insert():
            self._routing.inserts += 1
            self._track(self._commit_group(self._idle.pop(), self._waiting.take(self._config.group_bytes)))
        if self._spooling and self._routing.is_worth_spooling():
            self._routing.is_spooling = True
            self._track(self._spool_group(self._spooling, self._waiting.take(self._config.group_bytes)))

    def _track(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._groups.add(task)
        task.add_done_callback(self._groups.discard)

    @property
    def _is_busy(self) -> bool:
        return self._routing.inserts > 0

    async def _spool_group(self, spooling: Spooling, requests: Sequence[Admitted]) -> None:
        try:
            await spooling.keep(requests)
        except SpoolFull as error:
            if self._routing.avoids_store:
                self._waiting.settle(requests, error)
            else:
                self._routing.found_spool_full = True
                self._waiting.give_back(requests)
        else:
            self._waiting.settle(requests, Fate.SPOOLED)
        self._routing.is_spooling = False
        self._changed.set()

    async def _commit_group(self, writer: Writer, requests: Sequence[Admitted]) -> None:
        block = Block(requests)
        insert = asyncio.ensure_future(self._in_thread(lambda: writer.store(block)))
        if self._spooling and not await self._is_done(insert, self._spooling.config.slow_insert_s):
            await self._commit_slowly(self._spooling, block, insert)
        else:
            await self._conclude(await insert)
        if insert.done():
            self._idle.append(writer)
            self._routing.inserts -= 1
        self._routing.found_spool_full = False
        self._changed.set()

    async def _commit_slowly(self, spooling: Spooling, block: Block, insert: Insert) -> None:
        """Spool an insert that takes too long, under its token: however it ends, its spans are stored once."""
        self._health.slow_began()
        is_kept = await self._keep_beside(spooling, block)
        is_done = await self._is_done(insert)
        self._health.slow_ended()
        if not is_done and not is_kept:
            self._waiting.settle(block.requests, Retryable("the collector is shutting down"))
        elif is_kept and is_done:
            await self._release(spooling, block, (await insert)[0])
        elif is_done:
            await self._conclude(await insert)

    async def _keep_beside(self, spooling: Spooling, block: Block) -> bool:
        """False when the spool cannot, or need not, as the writer is taking the block apart."""
        try:
            is_kept = await spooling.keep_slow(block)
        except SpoolFull as error:
            log.warning("a slow insert could not be spooled: %s", error)
            return False
        if is_kept:
            self._waiting.settle(block.requests, Fate.SPOOLED)
        return is_kept

    async def _release(self, spooling: Spooling, block: Block, outcome: Outcome) -> None:
        """A slow insert came to its end: stored, or the drain's from now on."""
        if outcome.error:
            self._health.failed(str(outcome.error))
        await spooling.release_slow(block, is_stored=outcome.error is None)

    async def _conclude(self, outcomes: Sequence[Outcome]) -> None:
        for block, error in ((outcome.block, outcome.error) for outcome in outcomes):
            if error is None:
                self._health.answered()
                self._waiting.settle(block.requests, Fate.STORED)
            elif isinstance(error, Rejected):
                self._waiting.settle(block.requests, error)
            else:
                await self._conclude_unavailable(block, error)

    async def _conclude_unavailable(self, block: Block, error: CollectorError) -> None:
        if self._spooling is None:
            self._waiting.settle(block.requests, Retryable(f"the store is not available: {error}"))
            return
        self._health.failed(str(error))
        await self._spool(self._spooling, block.requests, block.token)

    async def _spool(self, spooling: Spooling, requests: Sequence[Admitted], token: str = "") -> None:
        try:
            await spooling.keep(requests, token)
        except SpoolFull as error:
            self._waiting.settle(requests, error)
        else:
            self._waiting.settle(requests, Fate.SPOOLED)

    async def _is_done(self, insert: asyncio.Future[Any], bound_s: float | None = None) -> bool:
        """Wait for an insert, up to a bound or until there is no time left."""
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait((insert, hurry), timeout=bound_s, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        return insert.done()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
