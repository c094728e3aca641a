"""Beside a provider the application configured: a span processor that hands its spans to our exporter too.

It has the methods of the SDK's `SpanProcessor` without importing the SDK. The application keeps its
exporters, its sampling and its resource; we only listen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from opentelemetry import context as otel_context
from opentelemetry import trace as otel

from spanglass.record.ambient import ambient_attributes
from spanglass.record.span import SHARED, size_bytes_of
from spanglass.safety import wall

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

    from spanglass.contract import FinishedSpan, SpanSink

_FIXED_COST_BYTES = 1024  # an SDK span with its locks and bounded dicts


@runtime_checkable
class ConfiguredProvider(Protocol):
    """A TracerProvider that accepts span processors, as the OpenTelemetry SDK's does."""

    def add_span_processor(self, span_processor: Any) -> None: ...
    def get_tracer(self, name: str, version: str | None = None) -> Tracer: ...


class Bridge:
    """Called by the application's provider in the application's threads; `sink` may be replaced at any
    time."""

    def __init__(self, provider: ConfiguredProvider, sink: SpanSink) -> None:
        self.provider = provider
        self.sink = sink
        provider.add_span_processor(self)

    def on_start(self, span: Span, parent_context: otel_context.Context | None = None) -> None:
        try:
            context = otel_context.get_current() if parent_context is None else parent_context
            if shared := getattr(otel.get_current_span(context), SHARED, None):
                span.set_attributes(shared)
                setattr(span, SHARED, shared)
            span.set_attributes(ambient_attributes(context) or {})
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("on_start", error)

    def _on_ending(self, span: Span) -> None:
        """The SDK calls this on every processor since 1.32; we have nothing to add at that moment."""

    def on_end(self, span: FinishedSpan) -> None:
        try:
            if span.context is not None and span.context.trace_flags.sampled:
                self.sink.put(span, _FIXED_COST_BYTES + size_bytes_of(span.attributes or {}))
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("on_end", error)

    def shutdown(self) -> None:
        """The application's provider ends; what it handed over is flushed by our own exit hook."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Delivery is ours to time: `spanglass.flush()` waits for it."""
        return True


def exports_already_to(provider: ConfiguredProvider, traces_url: str) -> bool:
    """True when the application's own OTLP/HTTP exporter sends to `traces_url`: a bridge would send all spans
    twice.

    The SDK has no public way to list processors; where its private names change, the answer is False and the
    collector, which stores a span once, does the rest.
    """
    listed = getattr(getattr(provider, "_active_span_processor", None), "_span_processors", ())
    exporters = (getattr(processor, "span_exporter", None) for processor in listed)
    return any(_same_place(getattr(exporter, "_endpoint", None), traces_url) for exporter in exporters)


def _same_place(endpoint: object, traces_url: str) -> bool:
    return isinstance(endpoint, str) and endpoint.replace("localhost", "127.0.0.1") == traces_url.replace(
        "localhost", "127.0.0.1"
    )
