"""One writing connection: stores a block or says, request by request, why not. Blocks its thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from spanglass_collector.commit.block import Block
from spanglass_collector.config import CommitConfig
from spanglass_collector.errors import Rejected, Retryable, StoreError, StoreRefused, first_line
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store.contract import Store

log = logging.getLogger(__name__)


class Writer:
    """Used by one thread at a time. The connection is opened at need, and again after every failure."""

    def __init__(self, open_store: Callable[[], Store], config: CommitConfig, metrics: CollectorMetrics) -> None:
        self._open_store = open_store
        self._config = config
        self._metrics = metrics
        self._store: Store | None = None

    def store(self, block: Block) -> list[Exception | None]:
        """One outcome a request. The commit loop's wall: it never raises."""
        try:
            self._insert(block)
        except StoreRefused as error:
            return self._isolate(block, error)
        except Exception as error:  # noqa: BLE001  the wall: whatever happened, senders are answered
            reason = first_line(error)
            log.warning("store unavailable, %d requests answered 503: %s", len(block.requests), reason)
            return [Retryable(f"the store is not available: {reason}")] * len(block.requests)
        return [None] * len(block.requests)

    def connection(self) -> Store:
        """Raises StoreError when the store cannot be opened."""
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def close(self) -> None:
        """After an error an embedded connection may hold the rest of an old answer: never reuse it."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _isolate(self, block: Block, error: StoreError) -> list[Exception | None]:
        if len(block.requests) > 1:
            return [self.store(Block([request]))[0] for request in block.requests]
        log.warning("the store refused a request of %d spans: %s", block.spans, first_line(error))
        return [Rejected(f"the store cannot hold this request: {first_line(error)}")]

    def _insert(self, block: Block) -> None:
        started = time.perf_counter()
        for attempt in range(1, self._config.attempts + 1):
            try:
                block.insert_into(self.connection())
                break
            except StoreError as error:
                self.close()
                if isinstance(error, StoreRefused) or attempt == self._config.attempts:
                    raise
                time.sleep(self._config.retry_pause_s * attempt)
        self._metrics.commit_seconds.observe(time.perf_counter() - started)
        self._metrics.commit_spans.observe(block.spans)
