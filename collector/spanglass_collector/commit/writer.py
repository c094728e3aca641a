"""One writing connection: stores a block or says, part by part, why not. Blocks its thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from spanglass_collector.commit.block import Block
from spanglass_collector.commit.verdict import is_fault_of_data
from spanglass_collector.config import CommitConfig
from spanglass_collector.errors import CollectorError, Rejected, StoreError, StoreUnavailable, first_line
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store.contract import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one block: stored (no error), Rejected, or StoreUnavailable: perhaps stored."""

    block: Block
    error: CollectorError | None = None


class Writer:
    """Used by one thread at a time. The connection is opened at need, and again after every failure."""

    def __init__(self, open_store: Callable[[], Store], config: CommitConfig, metrics: CollectorMetrics) -> None:
        self._open_store = open_store
        self._config = config
        self._metrics = metrics
        self._store: Store | None = None

    def store(self, block: Block) -> list[Outcome]:
        """The outcomes of the block, or of the parts it had to be taken into. The commit loop's wall: never raises."""
        try:
            self.insert(block)
        except Exception as error:  # noqa: BLE001  the wall: whatever happened, senders are answered
            return self._explain(block, error)
        return [Outcome(block)]

    def insert(self, block: Block) -> None:
        """Raises StoreRefused for data the store cannot hold, anything else when it is worth another try."""
        started = time.perf_counter()
        for attempt in range(1, self._config.attempts + 1):
            try:
                block.insert_into(self.connection())
                break
            except StoreError as error:
                self.close()
                if attempt == self._config.attempts or is_fault_of_data(error) or block.is_claimed:
                    raise
                time.sleep(self._config.retry_pause_s * attempt)
        self._metrics.commit_seconds.observe(time.perf_counter() - started)
        self._metrics.commit_records.observe(block.records)

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

    def _explain(self, block: Block, error: Exception) -> list[Outcome]:
        reason = first_line(error)
        if not isinstance(error, StoreError) or not is_fault_of_data(error) or not block.claim():
            log.warning("store unavailable, insert of %d requests failed: %s", len(block.requests), reason)
            return [Outcome(block, StoreUnavailable(reason))]
        if len(block.requests) > 1:
            return [outcome for half in block.halves() for outcome in self.store(half)]
        log.warning("the store refused a request of %d records: %s", block.records, reason)
        return [Outcome(block, Rejected(f"the store cannot hold this request: {reason}"))]
