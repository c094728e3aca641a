"""Collects spans until their trace's root ends, then prints the trace. For terminals, not for production logs:
it writes in the application's thread."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import OrderedDict
from typing import TextIO

from spanglass.console.draw import draw
from spanglass.contract import FinishedSpan, SpanSink

_OPEN_TRACES = 100
_SPANS_A_TRACE = 500


class Console:
    """A `SpanSink`. Bounded: of too many open traces the oldest is printed as it is, of a long one the end is cut.

    `then` gets every span too: the exporter, when there is one.
    """

    def __init__(self, then: SpanSink, stream: TextIO | None = None) -> None:
        self._then = then
        self._stream = stream
        self._open: OrderedDict[int, list[FinishedSpan]] = OrderedDict()
        self._lock = threading.RLock()  # a span may end inside the garbage collector

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        self._then.put(span, size_bytes)
        finished = self._add(span)
        if finished:
            self._print(draw(finished))

    def _add(self, span: FinishedSpan) -> list[FinishedSpan] | None:
        """The trace to print now, if any."""
        if span.context is None:
            return None
        with self._lock:
            spans = self._open.setdefault(span.context.trace_id, [])
            is_root = span.parent is None or span.parent.is_remote
            if len(spans) < _SPANS_A_TRACE or is_root:
                spans.append(span)
            if is_root:
                return self._open.pop(span.context.trace_id)
            return self._open.popitem(last=False)[1] if len(self._open) > _OPEN_TRACES else None

    def _print(self, text: str) -> None:
        stream = self._stream or sys.stderr
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, broken, absent
            encoding = getattr(stream, "encoding", None) or "utf-8"
            stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            stream.flush()
