"""One insert: length-delimited requests under one deduplication token."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from spanglass_collector.admit.request import Admitted
from spanglass_collector.admit.reshaping import needs_reshaping
from spanglass_collector.store import otlp
from spanglass_collector.store.contract import Store
from spanglass_collector.varint import encode_varint


@dataclass(frozen=True, slots=True)
class Block:
    """Requests of one signal that are stored together. The token stays the same however often the insert is tried."""

    requests: Sequence[Admitted]
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    _claim: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def records(self) -> int:
        return sum(request.records for request in self.requests)

    def claim(self) -> bool:
        """True for the first who asks: who may regroup these requests, the writer or whoever spools them.

        Requests under two tokens at once would be counted twice by the store's rollups.
        """
        return self._claim.acquire(blocking=False)

    @property
    def is_claimed(self) -> bool:
        return self._claim.locked()

    def halves(self) -> tuple[Block, Block]:
        middle = len(self.requests) // 2
        return Block(self.requests[:middle]), Block(self.requests[middle:])

    def insert_into(self, store: Store) -> None:
        """Blocks until stored. Raises StoreUnavailable or StoreRefused."""
        data = b"".join(part for r in self.requests for part in (encode_varint(len(r.body)), r.body))
        inbox = self._inbox()
        settings = otlp.insert_settings(inbox, self.token, in_process=store.is_embedded)
        store.insert_block(inbox.table, data, "Protobuf", inbox.columns, settings)

    def _inbox(self) -> otlp.Inbox:
        """Spans none of which needs rebuilding take the shorter way; one request that does takes its neighbours along.

        Told from the content alone: a block tried again meets the view, and with it the token, that it met before.
        """
        inbox = self.requests[0].signal.inbox
        if inbox is not otlp.TRACES or any(needs_reshaping(request.body) for request in self.requests):
            return inbox
        return otlp.PLAIN_TRACES
