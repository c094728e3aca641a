"""Group commit: requests that arrive while the store is busy form the next insert.

The event loop gathers, one thread inserts. A sender's await ends when its spans are stored, or with the reason why not:
StoreRefused for one request never fails its neighbours, StoreUnavailable fails them all and every one may be retried.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from spanglass_collector.admit.request import Admitted
from spanglass_collector.commit.block import Block
from spanglass_collector.commit.seen import SeenRequests
from spanglass_collector.config import CommitConfig
from spanglass_collector.errors import Rejected, Retryable, StoreError, StoreRefused
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store.contract import Store

log = logging.getLogger(__name__)

Result = asyncio.Future[None]


class GroupCommit:
    """Owns the writing connection. `open_store` is called in the inserting thread, again after every failure."""

    def __init__(
        self, open_store: Callable[[], Store], config: CommitConfig, metrics: CollectorMetrics
    ) -> None:
        self._open_store = open_store
        self._config = config
        self._metrics = metrics
        self._seen = SeenRequests(config.remembered_requests)
        self._waiting: deque[tuple[Admitted, Result]] = deque()
        self._in_flight: dict[bytes, Result] = {}
        self._pending_bytes = 0
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._store: Store | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Open the store and remember what it holds. Raises StoreError."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._load)
        self._task = asyncio.create_task(self._run(), name="group-commit")

    def _load(self) -> None:
        self._seen.load(self._connected())

    async def stop(self) -> None:
        """Store what is waiting, then close. Later commits are refused."""
        self._stopping = True
        self._arrived.set()
        if self._task:
            await self._task
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    async def commit(self, request: Admitted) -> bool:
        """Returns once the request is stored; True when it had been stored before.

        Raises Retryable when memory is full or the store is away, Rejected when the store can never take it.
        """
        if request.digest in self._seen:
            return True
        earlier = self._in_flight.get(request.digest)
        if earlier:
            await asyncio.shield(earlier)
            return True
        result = self._enqueue(request)
        # A sender that hangs up must not take its spans out of an insert that is under way.
        await asyncio.shield(result)
        return False

    def _enqueue(self, request: Admitted) -> Result:
        if self._stopping:
            raise Retryable("the collector is shutting down")
        if self._pending_bytes + len(request.body) > self._config.pending_bytes:
            raise Retryable("too many spans are waiting for the store")
        result: Result = asyncio.get_running_loop().create_future()
        self._in_flight[request.digest] = result
        self._waiting.append((request, result))
        self._account(len(request.body))
        self._arrived.set()
        return result

    async def _run(self) -> None:
        while not self._stopping or self._waiting:
            await self._arrived.wait()
            self._arrived.clear()
            if not self._stopping:
                await asyncio.sleep(self._config.window_s)
            while self._waiting:
                await self._commit_group(self._take_group())

    def _take_group(self) -> list[tuple[Admitted, Result]]:
        group, size = [], 0
        while self._waiting and (
            not group or size + len(self._waiting[0][0].body) <= self._config.group_bytes
        ):
            size += len(self._waiting[0][0].body)
            group.append(self._waiting.popleft())
        return group

    async def _commit_group(self, group: list[tuple[Admitted, Result]]) -> None:
        block = Block([request for request, _ in group])
        outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._store_block, block)
        for (request, result), error in zip(group, outcomes, strict=True):
            self._settle(request, result, error)

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

    # In the inserting thread from here on.

    def _store_block(self, block: Block) -> list[Exception | None]:
        """Insert; returns one outcome a request. This is the drain loop's wall: it never raises."""
        try:
            self._insert(block)
        except StoreRefused as error:
            return self._isolate(block, error)
        except Exception as error:  # noqa: BLE001
            log.warning("store unavailable, %d requests answered 503: %s", len(block.requests), _line(error))
            return [Retryable(f"the store is not available: {_line(error)}")] * len(block.requests)
        return [None] * len(block.requests)

    def _isolate(self, block: Block, error: StoreError) -> list[Exception | None]:
        if len(block.requests) > 1:
            return [self._store_block(Block([request]))[0] for request in block.requests]
        log.warning("the store refused a request of %d spans: %s", block.spans, _line(error))
        return [Rejected(f"the store cannot hold this request: {_line(error)}")]

    def _insert(self, block: Block) -> None:
        started = time.perf_counter()
        for attempt in range(1, self._config.attempts + 1):
            try:
                block.insert_into(self._connected())
                break
            except StoreRefused:
                self._disconnect()
                raise
            except StoreError:
                self._disconnect()
                if attempt == self._config.attempts:
                    raise
                time.sleep(self._config.retry_pause_s * attempt)
        self._metrics.commit_seconds.observe(time.perf_counter() - started)
        self._metrics.commit_spans.observe(block.spans)

    def _connected(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _disconnect(self) -> None:
        """After an error an embedded connection may hold the rest of an old answer: never reuse it."""
        if self._store is not None:
            self._store.close()
            self._store = None


def _line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
