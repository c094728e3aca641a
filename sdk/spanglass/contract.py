"""The seams of the SDK: what a finished span looks like and where it goes.

The shape of a finished span is OpenTelemetry's `ReadableSpan`, so spans of other libraries, made by an SDK
provider the application configured, travel the same road as ours without being copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext, SpanKind, Status

Attributes = Mapping[str, Any]


class Origin(Protocol):
    """A resource or an instrumentation scope; spans that share both share one envelope on the wire."""

    @property
    def attributes(self) -> Attributes | None: ...


class Scope(Origin, Protocol):
    """The library that made a span."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str | None: ...


class Event(Protocol):
    """Something that happened at one moment (`timestamp`, ns since the epoch) inside a span."""

    @property
    def name(self) -> str: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def attributes(self) -> Attributes | None: ...


class Link(Protocol):
    """A pointer to a span of any trace."""

    @property
    def context(self) -> SpanContext: ...
    @property
    def attributes(self) -> Attributes | None: ...


class FinishedSpan(Protocol):
    """A span nobody writes to any more. Times are ns since the epoch."""

    @property
    def name(self) -> str: ...
    @property
    def context(self) -> SpanContext | None: ...
    @property
    def parent(self) -> SpanContext | None: ...
    @property
    def kind(self) -> SpanKind: ...
    @property
    def start_time(self) -> int | None: ...
    @property
    def end_time(self) -> int | None: ...
    @property
    def attributes(self) -> Attributes | None: ...
    @property
    def events(self) -> Sequence[Event]: ...
    @property
    def links(self) -> Sequence[Link]: ...
    @property
    def status(self) -> Status: ...
    @property
    def resource(self) -> Origin: ...
    @property
    def instrumentation_scope(self) -> Scope | None: ...


class SpanSink(Protocol):
    """Where finished spans go. Called in the application's thread, so it must neither block nor raise."""

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        """Takes the span or drops it and counts the drop; `size_bytes` is an estimate for memory bounds."""
