"""The hand-written encoder says exactly what opentelemetry-proto reads."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from spanglass.export.outcome import Delivered, partial_success
from spanglass.export.wire import encode_request
from spanglass.record.span import Span, SpanLink
from spanglass.record.tracer import InstrumentationScope, Resource
from spanglass.testing import Captured

from .receiver import attributes

SINK = Captured()
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(min_size=60, max_size=200)
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ATTRIBUTES = st.dictionaries(st.text(), VALUES, max_size=5)
TIMES = st.integers(1, 2**64 - 1)
CONTEXTS = st.builds(
    SpanContext,
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.booleans(),
    st.just(TraceFlags(1)),
    st.sampled_from([TraceState(), TraceState([("a", "b"), ("c", "d")])]),
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    own, parent = draw(CONTEXTS), draw(st.none() | CONTEXTS)
    span = Span(
        draw(st.text()), own.trace_id, own.span_id, parent, draw(st.sampled_from(SpanKind)), draw(ATTRIBUTES),
        draw(TIMES), Resource({"service.name": "s"}), InstrumentationScope("scope", "1"), SINK,
        own.trace_state,
    )  # fmt: skip
    for name, when, described in draw(st.lists(st.tuples(st.text(), TIMES, ATTRIBUTES), max_size=2)):
        span.add_event(name, described, when)
    span.links = tuple(SpanLink(*link) for link in draw(st.lists(st.tuples(CONTEXTS, ATTRIBUTES), max_size=2)))
    code = draw(st.sampled_from(StatusCode))
    span.set_status(Status(code, draw(st.text()) if code is StatusCode.ERROR else None))
    span.end(draw(TIMES))
    return span


def plain(value: Any) -> Any:
    """What a receiver sees of a value that was sent: lists for tuples, text keys."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@given(st.lists(spans(), max_size=4))
@settings(max_examples=150, deadline=None)
def test_opentelemetry_proto_reads_back_every_span(sent: list[Span]) -> None:
    """Every field of every span survives the wire."""
    request = ExportTraceServiceRequest.FromString(encode_request(sent))
    got = [span for r in request.resource_spans for s in r.scope_spans for span in s.spans]
    assert len(got) == len(sent)
    for there, here in zip(got, sent, strict=True):
        assert there.trace_id == here.trace_id.to_bytes(16, "big")
        assert there.span_id == here.span_id.to_bytes(8, "big")
        assert there.trace_state == here.context.trace_state.to_header()
        assert there.parent_span_id == (here.parent.span_id.to_bytes(8, "big") if here.parent else b"")
        assert (there.name, there.kind) == (here.name, here.kind.value + 1)
        assert (there.start_time_unix_nano, there.end_time_unix_nano) == (here.start_time, here.end_time)
        assert attributes(there) == plain(here.attributes)
        assert there.flags == 0x101 | (0x200 if here.parent and here.parent.is_remote else 0)
        assert (there.status.code, there.status.message) == (
            here.status.status_code.value,
            here.status.description or "",
        )
        assert_details(there, here)


def assert_details(there: Any, here: Span) -> None:
    """Events and links."""
    assert [(e.name, e.time_unix_nano, attributes(e)) for e in there.events] == [
        (e.name, e.timestamp, plain(dict(e.attributes or {}))) for e in here.events
    ]
    assert [(k.trace_id, k.span_id, k.trace_state, attributes(k)) for k in there.links] == [
        (
            k.context.trace_id.to_bytes(16, "big"),
            k.context.span_id.to_bytes(8, "big"),
            k.context.trace_state.to_header(),
            plain(dict(k.attributes or {})),
        )
        for k in here.links
    ]


def test_values_without_a_wire_type_become_text() -> None:
    """Ints beyond 64 bits, other objects and lone surrogates do not cost the span."""
    span = Span(
        "x", 1, 2, None, SpanKind.INTERNAL,
        {"big": 2**70, "object": {1, 2}, "half": "\ud800", "nan": math.nan, "deep": nested(60)},
        1, Resource(), InstrumentationScope("s"), SINK,
    )  # fmt: skip
    request = ExportTraceServiceRequest.FromString(encode_request([span]))
    got = attributes(request.resource_spans[0].scope_spans[0].spans[0])
    assert (got["big"], got["object"], got["half"]) == (str(2**70), "{1, 2}", "?")
    assert math.isnan(got["nan"])


def nested(depth: int) -> list[Any]:
    return [nested(depth - 1)] if depth else []


def test_what_init_said_wins_over_the_resource() -> None:
    """The envelope carries the resource and the scope once."""
    spans = [Span("x", 1, n, None, SpanKind.INTERNAL, {}, 1, RESOURCE, SCOPE, SINK) for n in (1, 2)]
    request = ExportTraceServiceRequest.FromString(encode_request(spans, {"service.name": "said"}))
    (resource_spans,) = request.resource_spans
    assert attributes(resource_spans.resource) == {"service.name": "said", "host": "h"}
    (scope_spans,) = resource_spans.scope_spans
    assert (scope_spans.scope.name, scope_spans.scope.version, len(scope_spans.spans)) == ("scope", "1", 2)


RESOURCE = Resource({"service.name": "theirs", "host": "h"})
SCOPE = InstrumentationScope("scope", "1")


@given(st.integers(0, 2**63 - 1), st.text())
def test_partial_success_is_read(rejected: int, message: str) -> None:
    """The receiver's count and reason are what protobuf wrote."""
    answer = ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(rejected_spans=rejected, error_message=message)
    )
    assert partial_success(answer.SerializeToString()) == Delivered(rejected, message)


@given(st.binary())
def test_any_other_answer_counts_as_success(body: bytes) -> None:
    """JSON, text or garbage in a 200 never raises."""
    assert isinstance(partial_success(body), Delivered)
