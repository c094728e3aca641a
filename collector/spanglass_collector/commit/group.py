"""Group commit: requests that arrive while the writers are busy form the next insert.

The event loop gathers, a few threads insert. A sender's await ends when its spans are stored, or with the reason why
not: one request that the store refuses never fails its neighbours; a store that is away fails a whole group, and every
request of it may be sent again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from spanglass_collector.admit.request import Admitted
from spanglass_collector.commit.block import Block
from spanglass_collector.commit.fate import Fate
from spanglass_collector.commit.seen import SeenRequests
from spanglass_collector.commit.writer import Writer
from spanglass_collector.config import CommitConfig
from spanglass_collector.errors import Retryable
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store.contract import Store

T = TypeVar("T")
Result = asyncio.Future[None]


class GroupCommit:
    """Owns the writing connections. `open_store` is called in the writing threads."""

    def __init__(self, open_store: Callable[[], Store], config: CommitConfig, metrics: CollectorMetrics) -> None:
        self._config = config
        self._metrics = metrics
        self._seen = SeenRequests(config.remembered_requests)
        self._waiting: deque[tuple[Admitted, Result]] = deque()
        self._in_flight: dict[bytes, Result] = {}
        self._pending_bytes = 0
        self._waiting_bytes = 0
        self._changed = asyncio.Event()
        self._idle = [Writer(open_store, config, metrics) for _ in range(config.writers)]
        self._threads = ThreadPoolExecutor(config.writers, thread_name_prefix="commit")
        self._groups: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Open the store and remember what it holds. Raises StoreError."""
        await self._in_thread(lambda: self._seen.load(self._idle[0].connection()))
        self._loop_task = asyncio.create_task(self._run(), name="group-commit")

    async def stop(self) -> None:
        """Store what is waiting, then close. Later commits are refused."""
        self._stopping = True
        self._changed.set()
        if self._loop_task:
            await self._loop_task
        for writer in self._idle:
            await self._in_thread(writer.close)
        self._threads.shutdown()

    async def commit(self, request: Admitted) -> Fate:
        """Returns once the request is safe, and how.

        Raises Retryable when memory is full or the store is away, Rejected when the store can never take it.
        """
        if request.digest in self._seen:
            return Fate.REPEATED
        earlier = self._in_flight.get(request.digest)
        # A sender that hangs up must not take its spans out of an insert that is under way.
        await asyncio.shield(earlier or self._enqueue(request))
        return Fate.REPEATED if earlier else Fate.STORED

    def _enqueue(self, request: Admitted) -> Result:
        if self._stopping:
            raise Retryable("the collector is shutting down")
        if self._pending_bytes + len(request.body) > self._config.pending_bytes:
            raise Retryable("too many spans are waiting for the store")
        result: Result = asyncio.get_running_loop().create_future()
        self._in_flight[request.digest] = result
        self._waiting.append((request, result))
        self._waiting_bytes += len(request.body)
        self._account(len(request.body))
        self._changed.set()
        return result

    async def _run(self) -> None:
        while not self._stopping or self._waiting:
            await self._changed.wait()
            self._changed.clear()
            if not self._is_busy and not self._stopping:
                await asyncio.sleep(self._config.window_s)
            while self._is_worth_an_insert():
                self._start_group(self._idle.pop())
        await asyncio.gather(*self._groups)

    @property
    def _is_busy(self) -> bool:
        return len(self._idle) < self._config.writers

    def _is_worth_an_insert(self) -> bool:
        """An insert costs a fixed time, as the view is analysed anew: one beside another must be a large one."""
        if not self._waiting or not self._idle:
            return False
        return not self._is_busy or self._waiting_bytes >= self._config.overlap_bytes

    def _start_group(self, writer: Writer) -> None:
        task = asyncio.create_task(self._commit_group(writer, self._take_group()))
        self._groups.add(task)
        task.add_done_callback(self._groups.discard)

    def _take_group(self) -> list[tuple[Admitted, Result]]:
        group: list[tuple[Admitted, Result]] = []
        size = 0
        while self._waiting and (not group or size + len(self._waiting[0][0].body) <= self._config.group_bytes):
            size += len(self._waiting[0][0].body)
            group.append(self._waiting.popleft())
        self._waiting_bytes -= size
        return group

    async def _commit_group(self, writer: Writer, group: list[tuple[Admitted, Result]]) -> None:
        block = Block([request for request, _ in group])
        outcomes = await self._in_thread(lambda: writer.store(block))
        for (request, result), error in zip(group, outcomes, strict=True):
            self._settle(request, result, error)
        self._idle.append(writer)
        self._changed.set()

    def _settle(self, request: Admitted, result: Result, error: Exception | None) -> None:
        del self._in_flight[request.digest]
        self._account(-len(request.body))
        if error is None:
            self._seen.add(request.digest)
            result.set_result(None)
            return
        result.set_exception(error)
        result.exception()  # the sender may have hung up: nobody else would look at it

    def _account(self, size_bytes: int) -> None:
        self._pending_bytes += size_bytes
        self._metrics.pending_bytes.set(self._pending_bytes)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
