"""Our span: an OpenTelemetry `Span` while it runs, a `FinishedSpan` after it ended.

It is made in the application's thread on every traced call, so it does the least that keeps that double
promise: attributes are stored as they come and checked when they are written to the wire, by the exporter.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from spanglass import attributes as names

if TYPE_CHECKING:
    from opentelemetry.util import types

    from spanglass.capture.policy import Override
    from spanglass.contract import Event, Link, Origin, Scope, SpanSink

T = TypeVar("T")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_NOT_SAMPLED = TraceFlags(TraceFlags.DEFAULT)
_UNSET = Status(StatusCode.UNSET)
_STACKTRACE_CHARS = 16_384
_FIXED_COST_BYTES = 512  # ids, times, names and short attributes of one span, measured with sys.getsizeof


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened at `timestamp` (ns since the epoch)."""

    name: str
    timestamp: int
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SpanLink:
    """A pointer to another span."""

    context: SpanContext
    attributes: Mapping[str, Any]


class Span(OtelSpan):
    """Created by `Tracer`; goes to `sink` once, when it ends.

    `spanglass_override` is what its traced function says about content, `spanglass_shared` what its children inherit;
    both are set on spans of other providers too.
    """

    __slots__ = (
        "_context",
        "_sink",
        "attributes",
        "end_time",
        "events",
        "instrumentation_scope",
        "kind",
        "links",
        "name",
        "parent",
        "resource",
        "size_bytes",
        "span_id",
        "spanglass_override",
        "spanglass_shared",
        "start_time",
        "status",
        "trace_id",
        "trace_state",
    )

    def __init__(
        self,
        name: str,
        trace_id: int,
        span_id: int,
        parent: SpanContext | None,
        kind: SpanKind,
        attributes: dict[str, Any],
        start_time: int,
        resource: Origin,
        scope: Scope,
        sink: SpanSink,
        trace_state: TraceState | None = None,
    ) -> None:
        self.name = name
        self.trace_id = trace_id
        self.span_id = span_id
        self.parent = parent
        self.kind = kind
        self.attributes = attributes
        self.start_time: int | None = start_time
        self.end_time: int | None = None
        self.events: Sequence[Event] = ()
        self.links: Sequence[Link] = ()
        self.status = _UNSET
        self.resource = resource
        self.instrumentation_scope: Scope | None = scope
        self.size_bytes = _FIXED_COST_BYTES + size_bytes_of(attributes)
        self.trace_state = trace_state
        self.spanglass_override: Override | None = None
        self.spanglass_shared: Mapping[str, Any] | None = None
        self._context: SpanContext | None = None
        self._sink = sink

    @property
    def context(self) -> SpanContext:
        """Made on first use: most spans are leaves whose context nobody asks for in the application's
        thread."""
        if self._context is None:
            self._context = SpanContext(self.trace_id, self.span_id, False, _SAMPLED, self.trace_state)
        return self._context

    def get_span_context(self) -> SpanContext:
        return self.context

    def is_recording(self) -> bool:
        return self.end_time is None

    def set_attribute(self, key: str, value: types.AnyValue) -> None:
        if self.end_time is None:
            self.attributes[key] = value
            if type(value) is str:
                self.size_bytes += len(value)

    def set_attributes(self, attributes: Mapping[str, types.AnyValue]) -> None:
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def add_event(self, name: str, attributes: types.Attributes = None, timestamp: int | None = None) -> None:
        if self.end_time is None:
            event = SpanEvent(name, timestamp or time.time_ns(), dict(attributes or {}))
            self.events = _appended(self.events, event)
            self.size_bytes += size_bytes_of(event.attributes)

    def add_link(self, context: SpanContext, attributes: types.Attributes = None) -> None:
        if self.end_time is None:
            self.links = _appended(self.links, SpanLink(context, dict(attributes or {})))

    def update_name(self, name: str) -> None:
        if self.end_time is None:
            self.name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        # The specification: OK is final, and nobody can set a status back to UNSET.
        new = status if isinstance(status, Status) else Status(status, description)
        is_final = self.status.status_code is StatusCode.OK or new.status_code is StatusCode.UNSET
        if self.end_time is None and not is_final:
            self.status = new

    def record_exception(
        self,
        exception: BaseException,
        attributes: types.Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        described = {
            names.EXCEPTION_TYPE: type_name(exception),
            names.EXCEPTION_MESSAGE: message_of(exception),
            names.EXCEPTION_STACKTRACE: _stacktrace(exception),
        }
        self.add_event(names.EXCEPTION_EVENT, {**described, **(attributes or {})}, timestamp)

    def end(self, end_time: int | None = None) -> None:
        if self.end_time is None:
            self.end_time = end_time or time.time_ns()
            self._sink.put(self, self.size_bytes)

    def __exit__(self, exc_type: Any, exc_val: BaseException | None, exc_tb: Any) -> None:
        if exc_val is not None:
            self.record_exception(exc_val)
            self.set_status(Status(StatusCode.ERROR, f"{type(exc_val).__name__}: {message_of(exc_val)}"))
        self.end()


class UndecidedSpan(Span):
    """A span of a trace that is kept only if it fails or is slow: it records, and tells other services that it is
    not sampled (RECORD_ONLY in the specification)."""

    __slots__ = ()

    @property
    def context(self) -> SpanContext:
        if self._context is None:
            self._context = SpanContext(self.trace_id, self.span_id, False, _NOT_SAMPLED, self.trace_state)
        return self._context


OURS = frozenset({Span, UndecidedSpan})
SHARED = "spanglass_shared"  # on span objects, ours and other providers': what spans inside inherit


def type_name(error: BaseException) -> str:
    """`ValueError`, `httpx.ReadTimeout`: the low-cardinality name that `error.type` wants."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def message_of(error: BaseException) -> str:
    """The message, bounded; an exception whose `__str__` raises has none."""
    try:
        return str(error)[:2000]
    except Exception:  # noqa: BLE001 - user code (`__str__`) that must not replace the user's exception
        return ""


def _stacktrace(error: BaseException) -> str:
    """The innermost frames, which say most, when there are too many."""
    try:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
    except Exception:  # noqa: BLE001 - formats the user's objects
        return ""
    return "".join(lines)[-_STACKTRACE_CHARS:]


def _appended(items: Sequence[T], item: T) -> Sequence[T]:
    """Most spans have neither events nor links, so they share the empty tuple; the first one makes a list."""
    if isinstance(items, list):
        items.append(item)
        return items
    return [*items, item]


def size_bytes_of(attributes: Mapping[str, Any]) -> int:
    """An estimate: text is what makes a span large. A plain loop, because every span pays for it."""
    size = 0
    for value in attributes.values():
        if type(value) is str:
            size += len(value)
    return size
