"""The exporter: a daemon thread that turns queued spans into requests and sees each request to its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from spanglass.capture.finish import finish
from spanglass.capture.policy import in_force
from spanglass.config import Limits
from spanglass.contract import FinishedSpan
from spanglass.export.backlog import Backlog
from spanglass.export.delivery import Delivery
from spanglass.export.outcome import Delivered, Outcome, Refused, TryLater
from spanglass.export.queue import SpanQueue
from spanglass.export.report import LossReport
from spanglass.export.spool import Spool
from spanglass.export.transport import Transport
from spanglass.export.wake import Wake
from spanglass.export.wire import RequestEncoder
from spanglass.ledger import INTERNAL, OVERLOAD, REFUSED, REJECTED, SHUTDOWN, UNENCODABLE, UNREACHABLE, Ledger, Stats
from spanglass.overload import Guard, Spent, keeps
from spanglass.safety import RateLimitedLog, wall

UNDER_WAY = "under way at exit"  # a request without an answer yet: neither lost nor delivered
_SAVING_SHARE = 0.4  # of the exit deadline is kept for the disk, when there is a spool


class Exporter:
    """A `SpanSink`. Its thread starts with the first span; a forked child starts anew, with an empty
    queue."""

    def __init__(
        self,
        transport: Transport,
        limits: Limits,
        ledger: Ledger,
        said: Mapping[str, str] | None = None,
        *,
        spool: Spool | None = None,
        report: LossReport | None = None,
    ) -> None:
        self._transport = transport
        self._said = said or {}
        self._limits = limits
        self._ledger = ledger
        self._spool = spool
        self._report = report
        self.guard = Guard(limits.overhead_budget, in_force.leave_out_content)
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
        self._under_way: tuple[bytes, int] | None = None  # the request that waits for its answer, and its spans
        self._delivery = Delivery(self._transport, self._limits, self._ledger, self._wake)
        self._backlog = Backlog(self._spool, self._delivery, self._ledger) if self._spool else None
        self.guard.restart()
        self._is_listening = False  # whether the last request was delivered
        self._transport.close()
        if self._report:
            self._report.restart()

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        if self._is_ending:
            self._ledger.count_created()
            self._ledger.count_dropped(SHUTDOWN, 1)
            return
        if self.guard.level and self._is_left_out(span):
            return
        waiting = self.queue.put(span, size_bytes)
        if self._thread is None:
            self._start_thread()
        if waiting == self._limits.request_spans:
            self._wake.set()

    def _is_left_out(self, span: FinishedSpan) -> bool:
        """At level 2, most traces; counted as lost, since the application wanted them."""
        if self.guard.level < 2 or span.context is None or keeps(span.context.trace_id):
            return False
        self._ledger.count_created()
        self._ledger.count_dropped(OVERLOAD, 1)
        return True

    def stats(self) -> Stats:
        return self._ledger.read(len(self.queue) + self._unsettled)

    def flush(self, timeout_s: float) -> bool:
        """Waits until nothing is queued or under way; false when that took longer than `timeout_s`."""
        self._wake.set()
        with self._settled:
            return self._settled.wait_for(lambda: not self.queue and not self._unsettled, timeout_s)

    def shutdown(self, timeout_s: float) -> None:
        """Sends what it can within `timeout_s`, spools the rest or counts it as lost, and stops. Idempotent."""
        if self._is_ending:
            return
        sending_s = timeout_s * (1 - _SAVING_SHARE) if self._backlog else timeout_s
        self._delivery.deadline_s = time.monotonic() + sending_s
        self._wake.set()
        if self._thread is not None:
            self._thread.join(sending_s)
            self._save_rest(time.monotonic() + timeout_s - sending_s)
        self._ledger.count_dropped(SHUTDOWN, self.queue.clear())
        lost = self._lost()
        if lost:
            self._losses.warn_now("spanglass stopped; spans not delivered, by reason: %s", lost)

    @property
    def _is_ending(self) -> bool:
        return self._delivery.deadline_s is not None

    def _save_rest(self, deadline_s: float) -> None:
        """What the exporter's thread did not get to goes to disk, and so does the request it still waits for."""
        if self._backlog is None:
            return
        if self._under_way is not None:
            self._backlog.save(*self._under_way, "under way at exit")  # the same bytes: stored once if both arrive
            self._unsettled = 0
        while self.queue and time.monotonic() < deadline_s:
            encoder = self._encoded(self.queue.take())
            self._backlog.save(encoder.request(), encoder.count, "exit")

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
        while not self._is_ending:
            self._wake.wait(self._limits.export_interval_s)
            self._drain()
            self.guard.observe(Spent(time.monotonic(), time.thread_time(), self.stats().created, self.queue.bytes_put))
            if self._backlog is not None:
                self._guarded(self._backlog.replay)
        self._drain()
        if self._report is not None and self._is_listening:
            self._guarded(self._report_last)
        self._transport.close()

    def _drain(self) -> None:
        while self.queue and not self._delivery.is_too_late:
            self._guarded(self._export_some)
        self._settle()

    def _guarded(self, step: Callable[[], None]) -> None:
        """The exporter's thread must outlive any defect."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - see above
            self._ledger.count_dropped(INTERNAL, self._unsettled)
            wall.caught("export", error)
        finally:
            self._settle()

    def _export_some(self) -> None:
        encoder = self._encoded(self._take())
        if encoder.count:
            self._send(encoder.request(), encoder.count)

    def _report_last(self) -> None:
        if self._report is not None and self._delivery.deadline_s is not None:
            self._report.send_last(self._delivery.deadline_s - time.monotonic())

    def _take(self) -> list[FinishedSpan]:
        with self._settled:  # `flush` must not see the moment between queue and request
            spans = self.queue.take()
            self._unsettled = len(spans)
        return spans

    def _settle(self) -> None:
        with self._settled:
            self._unsettled = 0
            self._settled.notify_all()

    def _encoded(self, spans: list[FinishedSpan]) -> RequestEncoder:
        encoder = RequestEncoder(self._said)
        for span in spans:
            self._encode(encoder, span)
        return encoder

    def _send(self, body: bytes, spans: int) -> None:
        if self._backlog is not None and self._backlog.is_away:
            self._backlog.save(body, spans, "away")
            return
        self._under_way = (body, spans)
        outcome = self._delivery.deliver(body, retries=self._backlog is None)
        self._under_way = None
        if self._backlog is not None:
            self._backlog.notice(outcome)
            if isinstance(outcome, TryLater):
                self._backlog.save(body, spans, outcome.why)
                return
        self._record(outcome, spans)

    def _encode(self, encoder: RequestEncoder, span: FinishedSpan) -> None:
        """One span that cannot be written must not cost its neighbours."""
        try:
            encoder.add(finish(span))
        except Exception as error:  # noqa: BLE001 - attributes of third-party spans are arbitrary objects
            self._ledger.count_dropped(UNENCODABLE, 1)
            wall.caught("encode", error)

    def _record(self, outcome: Outcome, spans: int) -> None:
        if isinstance(outcome, Delivered):
            self._ledger.count_exported(spans - outcome.rejected)
            self._ledger.count_dropped(REJECTED, outcome.rejected)
            if self._report is not None:
                self._report.send_if_due(self._limits.request_timeout_s)
        else:
            self._ledger.count_dropped(self._reason(outcome), spans)
        self._is_listening = isinstance(outcome, Delivered)
        if not self._is_ending and self._lost():
            why = outcome.message[:200] or "queue full" if isinstance(outcome, Delivered) else outcome.why
            self._losses.warn("spanglass could not deliver spans (%s); lost so far, by reason: %s", why, self._lost())

    def _reason(self, outcome: Refused | TryLater) -> str:
        if isinstance(outcome, Refused):
            return REFUSED
        return UNREACHABLE if not self._is_ending else SHUTDOWN

    def _lost(self) -> dict[str, int]:
        under_way = {UNDER_WAY: self._unsettled} if self._unsettled and self._is_ending else {}
        return {**self._ledger.read(0).dropped, **under_way}
