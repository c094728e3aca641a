"""The queue between the application's threads and the exporter's: bounded by spans and by bytes.

When it is full the newest span is dropped: what is already waiting is older news the collector has not seen,
and dropping from the far end would need a second lock. Every drop is counted.
"""

from __future__ import annotations

from collections import deque

from spanglass.config import Limits
from spanglass.contract import FinishedSpan
from spanglass.ledger import QUEUE_BYTES, QUEUE_FULL, Ledger

_BACKLOG = 8  # requests' worth; request_bytes still holds


class SpanQueue:
    """`put` from any thread, `take` from one. The ledger's lock is held for a few instructions, never during
    I/O."""

    def __init__(self, limits: Limits, ledger: Ledger) -> None:
        self._limits = limits
        self._ledger = ledger
        self._spans: deque[tuple[FinishedSpan, int]] = deque()
        self._bytes = 0
        self.bytes_put = 0  # ever, also of what was dropped: what callers spent time on

    def __len__(self) -> int:
        return len(self._spans)

    def put(self, span: FinishedSpan, size_bytes: int) -> int:
        """Takes the span or drops it; returns how many wait now."""
        ledger, limits, spans = self._ledger, self._limits, self._spans
        with ledger.lock:
            ledger.created += 1
            self.bytes_put += size_bytes
            if len(spans) >= limits.queue_spans:
                ledger.dropped[QUEUE_FULL] += 1
            elif self._bytes + size_bytes > limits.queue_bytes:
                ledger.dropped[QUEUE_BYTES] += 1
            else:
                self._bytes += size_bytes
                spans.append((span, size_bytes))
            return len(spans)

    def take(self) -> list[FinishedSpan]:
        """The oldest spans, at most one request's worth by count and bytes; at least one if any waits.

        A backlog goes in larger requests. Beside busy threads every request costs the exporter several waits for
        the interpreter lock, of up to 5 ms for each of them, however many spans are in it.
        """
        taken: list[FinishedSpan] = []
        size = 0
        limits, spans = self._limits, self._spans
        is_backlog = len(spans) > limits.request_spans * _BACKLOG
        most = limits.request_spans * (_BACKLOG if is_backlog else 1)
        while spans and len(taken) < most and (not taken or size + spans[0][1] <= limits.request_bytes):
            span, size_bytes = spans.popleft()
            taken.append(span)
            size += size_bytes
        with self._ledger.lock:
            self._bytes -= size
        return taken

    def clear(self) -> int:
        """Empties the queue; returns how many spans were in it."""
        with self._ledger.lock:
            dropped = len(self._spans)
            self._spans.clear()
            self._bytes = 0
        return dropped
