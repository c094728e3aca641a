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

from spanglass.ledger import ledger
from spanglass.record import ids
from spanglass.record.ambient import ambient_attributes
from spanglass.record.span import SHARED, Span, SpanLink, UndecidedSpan
from spanglass.record.tail import TailBuffer
from spanglass.sampling import PARENT, Sampling, Verdict

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
        self._sink = sink
        self.resource = resource
        self.source = source or Source()
        self.sampling: Sampling | None = None  # None: everything, except what the caller does not sample
        self.tail: TailBuffer | None = None

    @property
    def sink(self) -> SpanSink:
        return self._sink

    @sink.setter
    def sink(self, sink: SpanSink) -> None:
        self._sink = sink
        if self.tail is not None:
            self.tail.sink = sink

    def sample(self, sampling: Sampling) -> None:
        """From now on traces begin as `sampling` decides; what waits for a decision is settled first."""
        if self.tail is not None:
            self.tail.settle()
        self.sampling = None if sampling.keeps_all else sampling
        self.tail = TailBuffer(sampling, self._sink, ledger) if self.sampling and sampling.defers else None

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
        above = otel.get_current_span(surroundings)
        parent: otel.SpanContext | None = above.get_span_context()
        if parent is None or not parent.is_valid:
            parent = None
        provider = self._provider
        sink: SpanSink | None = provider.sink
        trace_id = provider.source.new_trace_id() if parent is None else parent.trace_id
        if provider.sampling is not None or (parent is not None and not parent.trace_flags.sampled):
            sink = self._sampled_to(name, trace_id, parent)
        if sink is None:
            return self._unrecorded(trace_id, parent)
        given = {**(ambient_attributes(surroundings) or {}), **(attributes or {})}
        shared = None if parent is None else getattr(above, SHARED, None)
        if shared:
            given = {**shared, **given}
        span = self._new_span(name, trace_id, parent, kind, given, start_time, sink)
        if shared:
            span.spanglass_shared = shared
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
        trace_id: int,
        parent: otel.SpanContext | None,
        kind: otel.SpanKind,
        attributes: dict[str, Any],
        start_time: int | None,
        sink: SpanSink,
    ) -> Span:
        provider, source = self._provider, self._provider.source
        span_id = source.new_span_id()
        made: type[Span] = Span
        if provider.tail is not None and sink is provider.tail:
            made = UndecidedSpan
            if parent is None or parent.is_remote:
                provider.tail.open(trace_id, span_id)
        return made(
            name,
            trace_id,
            span_id,
            parent,
            kind,
            attributes,
            start_time or source.now(),
            provider.resource,
            self._scope,
            sink,
            None if parent is None else parent.trace_state,
        )

    def _sampled_to(self, name: str, trace_id: int, parent: otel.SpanContext | None) -> SpanSink | None:
        """Where the span goes when it has ended; None, counted with its reason, when it is not recorded."""
        provider, sampling, tail = self._provider, self._provider.sampling, self._provider.tail
        is_local_child = parent is not None and not parent.is_remote
        if parent is not None and (is_local_child or sampling is None or sampling.follows_parent):
            if parent.trace_flags.sampled:
                return provider.sink
            if is_local_child and tail is not None and tail.holds(trace_id):
                return tail
            ledger.count_sampled_out(PARENT, 1)
            return None
        if sampling is None:
            return provider.sink
        verdict, reason = sampling.decide(name, trace_id)
        if verdict is Verdict.SKIP:
            ledger.count_sampled_out(reason, 1)
        return {Verdict.KEEP: provider.sink, Verdict.DEFER: tail, Verdict.SKIP: None}[verdict]

    def _unrecorded(self, trace_id: int, parent: otel.SpanContext | None) -> otel.Span:
        new_id = self._provider.source.new_span_id()
        state = None if parent is None else parent.trace_state
        return otel.NonRecordingSpan(otel.SpanContext(trace_id, new_id, False, _NOT_SAMPLED, state))
