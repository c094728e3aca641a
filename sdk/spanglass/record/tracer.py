"""Our TracerProvider and Tracer: what third-party instrumentations use when the application has no provider.

Nothing here depends on the OpenTelemetry SDK; spans go to one `SpanSink`, which `runtime` chooses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import trace as otel
from opentelemetry.util._decorator import _agnosticcontextmanager  # what the API wraps this method with

from spanglass.record import ids
from spanglass.record.ambient import ambient_attributes
from spanglass.record.span import Span, SpanLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.util import types

    from spanglass.contract import SpanSink

_NOT_SAMPLED = otel.TraceFlags(otel.TraceFlags.DEFAULT)


@dataclass(frozen=True, slots=True)
class Resource:
    """What describes the application as a whole."""

    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstrumentationScope:
    """The library that makes spans."""

    name: str
    version: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where ids and time (ns since the epoch) come from; tests pass fixed ones."""

    new_trace_id: Callable[[], int] = ids.new_trace_id
    new_span_id: Callable[[], int] = ids.new_span_id
    now: Callable[[], int] = time.time_ns


class Provider(otel.TracerProvider):
    """Hands out tracers whose spans all go to `sink`; `sink` and `resource` may be replaced at any time."""

    def __init__(self, sink: SpanSink, resource: Resource, source: Source | None = None) -> None:
        self.sink = sink
        self.resource = resource
        self.source = source or Source()

    def get_tracer(
        self,
        instrumenting_module_name: str,
        instrumenting_library_version: str | None = None,
        schema_url: str | None = None,
        attributes: types.Attributes = None,
    ) -> Tracer:
        scope = InstrumentationScope(instrumenting_module_name, instrumenting_library_version, dict(attributes or {}))
        return Tracer(self, scope)


class Tracer(otel.Tracer):
    """Starts spans as children of the current OpenTelemetry span, whoever made it."""

    def __init__(self, provider: Provider, scope: InstrumentationScope) -> None:
        self._provider = provider
        self._scope = scope

    def start_span(
        self,
        name: str,
        context: otel_context.Context | None = None,
        kind: otel.SpanKind = otel.SpanKind.INTERNAL,
        attributes: types.Attributes = None,
        links: Sequence[otel.Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
    ) -> otel.Span:
        """Never raises on well-typed arguments. A parent that was not sampled gives a span that records
        nothing."""
        surroundings = otel_context.get_current() if context is None else context
        parent = parent_of(surroundings)
        if parent is not None and not parent.trace_flags.sampled:
            return self._unrecorded(parent)
        inherited = ambient_attributes(surroundings)
        span = self._new_span(name, parent, kind, {**(inherited or {}), **(attributes or {})}, start_time)
        if links:
            span.links = tuple(SpanLink(link.context, dict(link.attributes or {})) for link in links)
        return span

    @_agnosticcontextmanager
    def start_as_current_span(
        self,
        name: str,
        context: otel_context.Context | None = None,
        kind: otel.SpanKind = otel.SpanKind.INTERNAL,
        attributes: types.Attributes = None,
        links: Sequence[otel.Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
        end_on_exit: bool = True,
    ) -> Iterator[otel.Span]:
        span = self.start_span(name, context, kind, attributes, links, start_time)
        with otel.use_span(span, end_on_exit, record_exception, set_status_on_exception):
            yield span

    def _new_span(
        self,
        name: str,
        parent: otel.SpanContext | None,
        kind: otel.SpanKind,
        attributes: dict[str, Any],
        start_time: int | None,
    ) -> Span:
        provider, source = self._provider, self._provider.source
        return Span(
            name,
            source.new_trace_id() if parent is None else parent.trace_id,
            source.new_span_id(),
            parent,
            kind,
            attributes,
            start_time or source.now(),
            provider.resource,
            self._scope,
            provider.sink,
            None if parent is None else parent.trace_state,
        )

    def _unrecorded(self, parent: otel.SpanContext) -> otel.Span:
        new_id = self._provider.source.new_span_id()
        return otel.NonRecordingSpan(otel.SpanContext(parent.trace_id, new_id, False, _NOT_SAMPLED, parent.trace_state))


def parent_of(context: otel_context.Context) -> otel.SpanContext | None:
    """The span context that new spans in `context` are children of; None for a new trace."""
    parent = otel.get_current_span(context).get_span_context()
    return parent if parent.is_valid else None
