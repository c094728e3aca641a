"""Traces: a span needs a trace id of 16 bytes and a span id of 8, neither all zero (OTLP, trace/v1/trace.proto).

The ids also tell a logs or metrics request posted to /v1/traces: it decodes as spans without ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

from spanglass_collector.admit.document import items
from spanglass_collector.admit.signal import Signal
from spanglass_collector.store import otlp

_trace_id = attrgetter("trace_id")
_span_id = attrgetter("span_id")
_ZERO_TRACE, _ZERO_SPAN = bytes(16), bytes(8)


def count_spans(request: ExportTraceServiceRequest) -> int:
    return sum(len(scope.spans) for scope in _scopes(request))


def drop_invalid_spans(request: ExportTraceServiceRequest) -> int:
    """Remove spans with wrong ids in place; returns how many."""
    return sum(_drop_from(scope) for scope in _scopes(request) if _has_invalid_ids(scope))


def _has_invalid_ids(scope: ScopeSpans) -> bool:
    """`map` and `set` keep the pass over spans in C."""
    traces = set(map(_trace_id, scope.spans))
    spans = set(map(_span_id, scope.spans))
    if set(map(len, traces)) - {16} or set(map(len, spans)) - {8}:
        return True
    return _ZERO_TRACE in traces or _ZERO_SPAN in spans


def _drop_from(scope: ScopeSpans) -> int:
    total = len(scope.spans)
    kept = [span for span in scope.spans if _is_valid(span)]
    del scope.spans[:]
    scope.spans.extend(kept)
    return total - len(kept)


def _is_valid(span: Span) -> bool:
    return (
        len(span.trace_id) == 16
        and len(span.span_id) == 8
        and span.trace_id != _ZERO_TRACE
        and span.span_id != _ZERO_SPAN
    )


def attribute_values(request: ExportTraceServiceRequest) -> Iterator[AnyValue]:
    for resource in request.resource_spans:
        yield from (a.value for a in resource.resource.attributes)
        for span in (span for scope in resource.scope_spans for span in scope.spans):
            yield from (a.value for a in span.attributes)
            yield from (a.value for event in span.events for a in event.attributes)
            yield from (a.value for link in span.links for a in link.attributes)


def _repeated_bytes(request: ExportTraceServiceRequest) -> int:
    total = 0
    for resource in request.resource_spans:
        above = resource.resource.ByteSize()
        total += sum(len(scope.spans) * (above + scope.scope.ByteSize()) for scope in resource.scope_spans)
    return total


def first_trace_id(request: ExportTraceServiceRequest) -> str:
    return next((span.trace_id.hex() for scope in _scopes(request) for span in scope.spans), "")


def _id_holders(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for span in items(items(items([document], "resourceSpans"), "scopeSpans"), "spans"):
        yield span
        yield from items([span], "links")


def _scopes(request: ExportTraceServiceRequest) -> Iterator[ScopeSpans]:
    for resource in request.resource_spans:
        yield from resource.scope_spans


TRACES = Signal(
    name="traces",
    unit="spans",
    service="opentelemetry.proto.collector.trace.v1.TraceService",
    request_type=ExportTraceServiceRequest,
    response_type=ExportTraceServiceResponse,
    inbox=otlp.TRACES,
    count=count_spans,
    drop_invalid=drop_invalid_spans,
    invalid="span ids must be 8 bytes and trace ids 16 bytes, neither all zero",
    values=attribute_values,
    id_holders=_id_holders,
    repeated_bytes=_repeated_bytes,
    trace_id=first_trace_id,
)
