"""Requests that are stored already, by digest.

A client that lost our answer sends the same bytes again. Digests are written in the same insert as the spans
(table otlp_requests) and read back at start, so the memory survives a restart.
"""

from __future__ import annotations

from spanglass_collector.store.contract import Store

HORIZON_S = 3600
"""How far back digests are read at start: no known sender retries one request for longer."""


class SeenRequests:
    """A bounded set of digests; the oldest are forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._digests: dict[bytes, None] = {}

    def load(self, store: Store) -> list[bytes]:
        """Add what the store has, and return it."""
        rows = store.query(
            "SELECT hex(Digest) FROM otlp_requests WHERE ReceivedAt > now64(9) - toIntervalSecond({horizon:UInt32}) "
            "ORDER BY ReceivedAt DESC LIMIT {limit:UInt32}",
            {"horizon": HORIZON_S, "limit": self._limit},
        ).result_rows
        stored = [bytes.fromhex(digest) for (digest,) in reversed(rows)]
        for digest in stored:
            self.add(digest)
        return stored

    def add(self, digest: bytes) -> None:
        self._digests[digest] = None
        while len(self._digests) > self._limit:
            del self._digests[next(iter(self._digests))]

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests

    def __len__(self) -> int:
        return len(self._digests)
