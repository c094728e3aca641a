"""OTLP requests for tests, with ids that no other test has."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

START_NS = 1_760_000_000_000_000_000


def any_value(value: Any) -> AnyValue:
    """A Python value as AnyValue; None is the empty value."""
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    out = AnyValue()
    if isinstance(value, Mapping):
        out.kvlist_value.SetInParent()
        for key, item in value.items():
            out.kvlist_value.values.add(key=key).value.CopyFrom(any_value(item))
    else:
        out.array_value.SetInParent()
        out.array_value.values.extend(any_value(item) for item in value)
    return out


def make_span(attributes: Mapping[str, Any] | None = None, **fields: Any) -> Span:
    """A valid span of one second; `fields` are the message's own."""
    defaults: dict[str, Any] = {
        "trace_id": os.urandom(16),
        "span_id": os.urandom(8),
        "name": "chat",
        "start_time_unix_nano": START_NS,
        "end_time_unix_nano": START_NS + 1_000_000_000,
    }
    span = Span(**{**defaults, **fields})
    for key, value in (attributes or {}).items():
        span.attributes.add(key=key).value.CopyFrom(any_value(value))
    return span


def make_request(spans: Sequence[Span], resource: Mapping[str, Any] | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    for key, value in (resource or {"service.name": "test"}).items():
        resource_spans.resource.attributes.add(key=key).value.CopyFrom(any_value(value))
    resource_spans.scope_spans.add().spans.extend(spans)
    return request
