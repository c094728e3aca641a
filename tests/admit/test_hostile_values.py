"""Requests made to be slow to look at."""

from __future__ import annotations

import time

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanglass_collector.admit.data_points import METRICS
from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.nested import may_hold_nested_values
from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.errors import Rejected
from tests.otlp_samples import make_request, make_span


def _varint5(value: int) -> bytes:
    return bytes([0x80 | value >> shift & 0x7F for shift in (0, 7, 14, 21)] + [value >> 28 & 0x7F])


def _claims(count: int) -> bytes:
    """Each looks like a map that holds all the rest, and is none: a field of number 0 follows."""
    unit = 13
    sizes = ((count - i) * unit for i in range(count))
    return b"".join(b"\x12" + _varint5(size) + b"\x32" + _varint5(size - 6) + b"\0" for size in sizes) + b"\xff" * 64


def test_bytes_that_look_like_maps_at_every_place_are_looked_at_once() -> None:
    """64 MiB of them would have kept the collector for an hour; they are stored as they are."""
    value = _claims(300_000)
    span = make_span()
    span.attributes.add(key="blob").value.bytes_value = value
    raw = make_request([span]).SerializeToString()
    began = time.process_time()
    admitted = admit_protobuf(raw, "default", 1)
    assert time.process_time() - began < 5
    assert value in admitted.body


def test_a_text_that_looks_like_a_map_is_none() -> None:
    """A few false claims are checked, not believed."""
    assert not may_hold_nested_values(b"x" * 10_000 + _claims(2))


def _large_resource(signal: Signal, records: int, size_bytes: int) -> bytes:
    """Many small records under one large resource."""
    request: ExportTraceServiceRequest | ExportLogsServiceRequest | ExportMetricsServiceRequest
    if signal is TRACES:
        request = make_request([make_span() for _ in range(records)])
        resource = request.resource_spans[0].resource
    elif signal is LOGS:
        request = ExportLogsServiceRequest()
        resource = request.resource_logs.add().resource
        scope = request.resource_logs[0].scope_logs.add()
        for _ in range(records):
            scope.log_records.add(time_unix_nano=1)
    else:
        request = ExportMetricsServiceRequest()
        resource = request.resource_metrics.add().resource
        metric = request.resource_metrics[0].scope_metrics.add().metrics.add(name="m")
        for _ in range(records):
            metric.gauge.data_points.add(as_int=1)
    resource.attributes.add(key="large").value.string_value = "x" * size_bytes
    return request.SerializeToString()


@pytest.mark.parametrize("signal", [TRACES, LOGS, METRICS], ids=lambda signal: signal.name)
def test_what_would_fill_the_memory_when_stored_is_refused(signal: Signal) -> None:
    """A megabyte, stored with each of 300 records, from a request of one megabyte: it says what to send instead."""
    with pytest.raises(Rejected, match="smaller resources"):
        admit_protobuf(_large_resource(signal, 300, 1 << 20), "default", 1, signal)


@pytest.mark.parametrize("signal", [TRACES, LOGS, METRICS], ids=lambda signal: signal.name)
def test_what_grows_much_when_stored_is_heavy(signal: Signal) -> None:
    """A resource as on Kubernetes is not; a hundred kilobytes in each record are."""
    assert not admit_protobuf(_large_resource(signal, 500, 500), "default", 1, signal).is_heavy
    assert admit_protobuf(_large_resource(signal, 200, 100_000), "default", 1, signal).is_heavy
