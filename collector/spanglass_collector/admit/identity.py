"""Span identity: a trace id of 16 bytes and a span id of 8, neither all zero (OTLP, trace/v1/trace.proto).

Also what tells a logs request posted to /v1/traces: it decodes as spans without ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

_trace_id = attrgetter("trace_id")
_span_id = attrgetter("span_id")
_ZERO_TRACE, _ZERO_SPAN = bytes(16), bytes(8)


def count_spans(request: ExportTraceServiceRequest) -> int:
    return sum(len(scope.spans) for scope in _scopes(request))


def has_invalid_ids(request: ExportTraceServiceRequest) -> bool:
    """True when any span's ids are wrong. `map` and `set` keep the pass over spans in C."""
    for scope in _scopes(request):
        traces = set(map(_trace_id, scope.spans))
        spans = set(map(_span_id, scope.spans))
        if set(map(len, traces)) - {16} or set(map(len, spans)) - {8}:
            return True
        if _ZERO_TRACE in traces or _ZERO_SPAN in spans:
            return True
    return False


def drop_invalid_spans(request: ExportTraceServiceRequest) -> int:
    """Remove spans with wrong ids in place; returns how many."""
    dropped = 0
    for scope in _scopes(request):
        kept = [span for span in scope.spans if _is_valid(span)]
        dropped += len(scope.spans) - len(kept)
        del scope.spans[:]
        scope.spans.extend(kept)
    return dropped


def _is_valid(span: Span) -> bool:
    return (
        len(span.trace_id) == 16
        and len(span.span_id) == 8
        and span.trace_id != _ZERO_TRACE
        and span.span_id != _ZERO_SPAN
    )


def _scopes(request: ExportTraceServiceRequest) -> Iterator[ScopeSpans]:
    for resource in request.resource_spans:
        yield from resource.scope_spans
