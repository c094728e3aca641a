"""Where both transports end: bytes in, a 200 worth its name or a typed error out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from spanglass_collector.admit.request import Admitted, admit_json, admit_protobuf
from spanglass_collector.admit.signal import Signal
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.errors import CollectorError, Rejected, Retryable
from spanglass_collector.metrics import CollectorMetrics, Ledger


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an Export response says: `rejected` records were left out because of `message`; `records` went in."""

    rejected: int = 0
    message: str = ""
    records: int = 0


class Receiver:
    """Admits and commits requests of any transport. `clock_ns` gives Unix time in nanoseconds."""

    def __init__(self, commit: GroupCommit, metrics: CollectorMetrics, clock_ns: Callable[[], int]) -> None:
        self._commit = commit
        self._metrics = metrics
        self._clock_ns = clock_ns
        # Finding a child by its labels takes longer than counting.
        self._requests_of = cache(metrics.requests.labels)
        self._seconds_of = cache(metrics.request_seconds.labels)

    async def accept(self, raw: bytes, signal: Signal, *, is_json: bool, project: str, transport: str) -> Accepted:
        """Returns after the records are stored or spooled. Raises Rejected or Retryable (errors.py)."""
        try:
            with self._metrics.in_flight.track_inprogress():
                accepted = await self._accept(raw, signal, is_json, project, transport)
        except CollectorError as error:
            self.count_failed(error, signal, transport)
            raise
        self._requests_of(transport, signal.name, "accepted").inc()
        return accepted

    def count_failed(self, error: CollectorError, signal: Signal, transport: str) -> None:
        """A request that went in no further; how many records it held need not be known."""
        outcome = "refused" if isinstance(error, Retryable) else "rejected"
        self._requests_of(transport, signal.name, outcome).inc()

    async def _accept(self, raw: bytes, signal: Signal, is_json: bool, project: str, transport: str) -> Accepted:
        began = time.perf_counter()
        admit = admit_json if is_json else admit_protobuf
        request = admit(raw, project, self._clock_ns(), signal)
        ledger = self._metrics.ledgers[signal.unit]
        ledger.received.inc(request.records + request.rejected)
        if request.rejected:
            ledger.rejected.labels("invalid_id").inc(request.rejected)
        if request.records:
            await self._store(request, ledger)
        shown = {"trace_id": request.trace_id} if request.trace_id else None
        self._seconds_of(transport).observe(time.perf_counter() - began, shown)
        return Accepted(request.rejected, request.message, request.records)

    async def _store(self, request: Admitted, ledger: Ledger) -> None:
        try:
            fate = await self._commit.commit(request)
        except Retryable as error:
            ledger.refused.labels(error.reason).inc(request.records)
            raise
        except Rejected:
            ledger.rejected.labels("store_refused").inc(request.records)
            raise
        ledger.acknowledged(fate.value).inc(request.records)
