"""Traces that wait for their end: kept when a span failed or the first span was slow, else counted and forgotten.

Bounded by spans and bytes over all traces; beyond that the oldest trace is given up, and counted as dropped.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.trace import StatusCode

from spanglass.ledger import TAIL_BUFFER_FULL, Ledger
from spanglass.sampling import TAIL, Sampling

if TYPE_CHECKING:
    from spanglass.contract import FinishedSpan, SpanSink

_REMEMBERED = 4096  # decided traces whose late spans still find their decision


@dataclass(slots=True)
class _Waiting:
    root_id: int
    spans: list[tuple[FinishedSpan, int]] = field(default_factory=list)
    size_bytes: int = 0
    failed: bool = False


class TailBuffer:
    """A `SpanSink` for undecided spans; `put` may be called from any thread and inside the garbage collector."""

    def __init__(self, sampling: Sampling, sink: SpanSink, ledger: Ledger) -> None:
        self.sink = sink
        self._sampling = sampling
        self._ledger = ledger
        self.restart()

    def restart(self) -> None:
        """A forked child starts empty: what the parent buffers, the parent decides."""
        self._lock = threading.RLock()
        self._waiting: OrderedDict[int, _Waiting] = OrderedDict()
        self._decided: OrderedDict[int, str | None] = OrderedDict()  # None: kept; else why its late spans are not
        self._spans = self._bytes = 0

    def open(self, trace_id: int, root_id: int) -> None:
        """A trace begins whose fate is open until the span `root_id` ends."""
        with self._lock:
            self._waiting[trace_id] = _Waiting(root_id)
            while len(self._waiting) > self._sampling.buffer_spans:
                self._give_up_oldest()

    def holds(self, trace_id: int) -> bool:
        """True for traces whose spans are to be recorded: undecided, or decided to be kept."""
        return trace_id in self._waiting or self._decided.get(trace_id, TAIL) is None

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        context = span.context
        if context is None:
            return
        with self._lock:
            waiting = self._waiting.get(context.trace_id)
            if waiting is None:
                self._settle_late(context.trace_id, span, size_bytes)
                return
            self._add(waiting, span, size_bytes)
            if context.span_id == waiting.root_id:
                self._decide(context.trace_id, self._is_slow(span))
            while self._is_full() and self._waiting:
                self._give_up_oldest()

    def settle(self) -> None:
        """At the end of the process: open traces are decided by what is known."""
        with self._lock:
            for trace_id in list(self._waiting):
                self._decide(trace_id, is_slow=False)

    def _add(self, waiting: _Waiting, span: FinishedSpan, size_bytes: int) -> None:
        waiting.spans.append((span, size_bytes))
        waiting.size_bytes += size_bytes
        waiting.failed = waiting.failed or span.status.status_code is StatusCode.ERROR
        self._spans += 1
        self._bytes += size_bytes

    def _decide(self, trace_id: int, is_slow: bool) -> None:
        waiting = self._take(trace_id)
        kept = is_slow or (self._sampling.keep_errors and waiting.failed)
        self._remember(trace_id, None if kept else TAIL)
        if kept:
            for span, size_bytes in waiting.spans:
                self.sink.put(span, size_bytes)
        else:
            self._ledger.count_sampled_out(TAIL, len(waiting.spans))

    def _settle_late(self, trace_id: int, span: FinishedSpan, size_bytes: int) -> None:
        """A span that outlives the first span of its trace shares the trace's fate."""
        why = self._decided.get(trace_id, TAIL)
        if why is None:
            self.sink.put(span, size_bytes)
        elif why == TAIL:
            self._ledger.count_sampled_out(TAIL, 1)
        else:
            self._count_given_up(1)

    def _give_up_oldest(self) -> None:
        trace_id = next(iter(self._waiting))
        waiting = self._take(trace_id)
        self._remember(trace_id, TAIL_BUFFER_FULL)
        self._count_given_up(len(waiting.spans))

    def _count_given_up(self, spans: int) -> None:
        with self._ledger.lock:
            self._ledger.created += spans
            self._ledger.count_dropped(TAIL_BUFFER_FULL, spans)

    def _take(self, trace_id: int) -> _Waiting:
        waiting = self._waiting.pop(trace_id)
        self._spans -= len(waiting.spans)
        self._bytes -= waiting.size_bytes
        return waiting

    def _remember(self, trace_id: int, why: str | None) -> None:
        self._decided[trace_id] = why
        while len(self._decided) > _REMEMBERED:
            self._decided.popitem(last=False)

    def _is_full(self) -> bool:
        return self._spans > self._sampling.buffer_spans or self._bytes > self._sampling.buffer_bytes

    def _is_slow(self, root: FinishedSpan) -> bool:
        limit_s = self._sampling.keep_slower_than_s
        if limit_s is None or root.start_time is None or root.end_time is None:
            return False
        return root.end_time - root.start_time >= limit_s * 1e9
