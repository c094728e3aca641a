"""The exporter: a daemon thread that turns queued spans into requests and sees each request to its end."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping

from spanglass.config import Limits
from spanglass.contract import FinishedSpan
from spanglass.export.queue import SpanQueue
from spanglass.export.transport import Delivered, Outcome, Refused, Transport, TryLater
from spanglass.export.wake import Wake
from spanglass.export.wire import RequestEncoder
from spanglass.ledger import INTERNAL, REFUSED, REJECTED, SHUTDOWN, UNENCODABLE, UNREACHABLE, Ledger, Stats
from spanglass.safety import RateLimitedLog, wall

UNDER_WAY = "under way at exit"  # a request without an answer yet: neither lost nor delivered
_FIRST_BACK_OFF_S = 0.5
_LAST_BACK_OFF_S = 8.0


class Exporter:
    """A `SpanSink`. Its thread starts with the first span; a forked child starts anew, with an empty
    queue."""

    def __init__(
        self, transport: Transport, limits: Limits, ledger: Ledger, said: Mapping[str, str] | None = None
    ) -> None:
        self._transport = transport
        self._said = said or {}
        self._limits = limits
        self._ledger = ledger
        self._losses = RateLimitedLog()
        self.restart()

    def restart(self) -> None:
        """Forgets queue, thread and connection: they belong to the process that made them."""
        self.queue = SpanQueue(self._limits, self._ledger)
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._wake = Wake()
        self._settled = threading.Condition()
        self._unsettled = 0  # spans taken from the queue whose request has not ended yet
        self._deadline_s: float | None = None  # monotonic; set once, by shutdown
        self._transport.close()

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        if self._deadline_s is not None:
            self._ledger.count_created()
            self._ledger.count_dropped(SHUTDOWN, 1)
            return
        waiting = self.queue.put(span, size_bytes)
        if self._thread is None:
            self._start_thread()
        if waiting == self._limits.request_spans:
            self._wake.set()

    def stats(self) -> Stats:
        return self._ledger.read(len(self.queue) + self._unsettled)

    def flush(self, timeout_s: float) -> bool:
        """Waits until nothing is queued or under way; false when that took longer than `timeout_s`."""
        self._wake.set()
        with self._settled:
            return self._settled.wait_for(lambda: not self.queue and not self._unsettled, timeout_s)

    def shutdown(self, timeout_s: float) -> None:
        """Sends what it can within `timeout_s`, counts the rest as lost, and stops. Idempotent."""
        if self._deadline_s is not None:
            return
        self._deadline_s = time.monotonic() + timeout_s
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._ledger.count_dropped(SHUTDOWN, self.queue.clear())
        lost = self._lost()
        if lost:
            self._losses.warn_now("spanglass stopped; spans not delivered, by reason: %s", lost)

    def _start_thread(self) -> None:
        if not self._start_lock.acquire(blocking=False):
            return  # another thread is about it, or this one, interrupted by the garbage collector
        try:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="spanglass-export", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError as error:  # no threads left, or the interpreter is going down
            wall.caught("thread start", error)
        finally:
            self._start_lock.release()

    def _run(self) -> None:
        while self._deadline_s is None:
            self._wake.wait(self._limits.export_interval_s)
            self._drain()
        self._drain()
        self._transport.close()

    def _drain(self) -> None:
        while self.queue and not self._is_too_late():
            self._export_some()
        self._settle()

    def _export_some(self) -> None:
        try:
            self._export(self._take())
        except Exception as error:  # noqa: BLE001 - the exporter's thread must outlive any defect
            self._ledger.count_dropped(INTERNAL, self._unsettled)
            wall.caught("export", error)
        finally:
            self._settle()

    def _is_too_late(self) -> bool:
        return self._deadline_s is not None and time.monotonic() > self._deadline_s

    def _take(self) -> list[FinishedSpan]:
        with self._settled:  # `flush` must not see the moment between queue and request
            spans = self.queue.take()
            self._unsettled = len(spans)
        return spans

    def _settle(self) -> None:
        with self._settled:
            self._unsettled = 0
            self._settled.notify_all()

    def _export(self, spans: list[FinishedSpan]) -> None:
        encoder = RequestEncoder(self._said)
        for span in spans:
            self._encode(encoder, span)
        if encoder.count:
            self._record(self._deliver(encoder.request()), encoder.count)

    def _encode(self, encoder: RequestEncoder, span: FinishedSpan) -> None:
        """One span that cannot be written must not cost its neighbours."""
        try:
            encoder.add(span)
        except Exception as error:  # noqa: BLE001 - attributes of third-party spans are arbitrary objects
            self._ledger.count_dropped(UNENCODABLE, 1)
            wall.caught("encode", error)

    def _record(self, outcome: Outcome, spans: int) -> None:
        if isinstance(outcome, Delivered):
            self._ledger.count_exported(spans - outcome.rejected)
            self._ledger.count_dropped(REJECTED, outcome.rejected)
        else:
            self._ledger.count_dropped(self._reason(outcome), spans)
        if self._deadline_s is None and self._lost():
            why = outcome.message[:200] or "queue full" if isinstance(outcome, Delivered) else outcome.why
            self._losses.warn("spanglass could not deliver spans (%s); lost so far, by reason: %s", why, self._lost())

    def _reason(self, outcome: Refused | TryLater) -> str:
        if isinstance(outcome, Refused):
            return REFUSED
        return UNREACHABLE if self._deadline_s is None else SHUTDOWN

    def _deliver(self, body: bytes) -> Outcome:
        """Sends until there is an answer that ends it, or the time for retries is over."""
        give_up_s = time.monotonic() + self._limits.retry_deadline_s
        attempt = 0
        while True:
            outcome = self._transport.send(body, self._request_timeout_s())
            if not isinstance(outcome, TryLater):
                return outcome
            if not self._wait_to_retry(outcome, attempt, give_up_s):
                return outcome
            self._ledger.count_retry()
            attempt += 1

    def _request_timeout_s(self) -> float:
        if self._deadline_s is None:
            return self._limits.request_timeout_s
        return max(0.05, min(self._limits.request_timeout_s, self._deadline_s - time.monotonic()))

    def _wait_to_retry(self, outcome: TryLater, attempt: int, give_up_s: float) -> bool:
        """Pauses as asked or with jittered back-off; false when the pause would end after the deadline."""
        pause_s = self._pause_s(outcome, attempt)
        end_s = time.monotonic() + pause_s
        while (left_s := end_s - time.monotonic()) > 0:
            if self._deadline_s is not None and (not outcome.answered or end_s > self._deadline_s):
                return False  # nobody is listening, or not in time: the application wants to exit
            if end_s > give_up_s:
                return False
            self._wake.wait(left_s)
        return True

    def _pause_s(self, outcome: TryLater, attempt: int) -> float:
        if outcome.after_s is not None:
            return min(outcome.after_s, self._limits.retry_after_max_s)
        back_off_s = min(_FIRST_BACK_OFF_S * 2.0**attempt, _LAST_BACK_OFF_S)
        return back_off_s * random.uniform(0.8, 1.2)  # noqa: S311 - jitter

    def _lost(self) -> dict[str, int]:
        under_way = {UNDER_WAY: self._unsettled} if self._unsettled and self._deadline_s is not None else {}
        return {**self._ledger.read(0).dropped, **under_way}
