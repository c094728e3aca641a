"""OTLP/gRPC against a real collector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import Store
from tests.otlp_samples import make_request, make_span

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@pytest.fixture
def channel(shared_collector: BackgroundCollector) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(str(shared_collector.endpoints.otlp_grpc)) as opened:
        yield opened


@pytest.fixture
def export(channel: grpc.Channel) -> Callable[..., Any]:
    return channel.unary_unary(
        METHOD,
        request_serializer=ExportTraceServiceRequest.SerializeToString,
        response_deserializer=ExportTraceServiceResponse.FromString,
    )


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_ok_means_stored(export: Callable[..., Any], shared_store: Store, compression: grpc.Compression) -> None:
    """The row is there when the call returns."""
    span = make_span()
    response = export(make_request([span]), compression=compression, timeout=30)
    assert not response.HasField("partial_success")
    rows = shared_store.query(
        "SELECT count() FROM spans WHERE TraceId = {id:String}", {"id": span.trace_id.hex()}
    ).result_rows
    assert rows[0][0] == 1


def test_garbage_is_invalid_argument(channel: grpc.Channel) -> None:
    """Senders must not retry it."""
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(METHOD)(b"\xff\xff\xff", timeout=30)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_spans_without_ids_are_invalid_argument(export: Callable[..., Any]) -> None:
    """As over HTTP."""
    with pytest.raises(grpc.RpcError) as caught:
        export(make_request([make_span(trace_id=b"")]), timeout=30)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_too_large_is_resource_exhausted(export: Callable[..., Any], compression: grpc.Compression) -> None:
    """The limit of these tests is 4 MiB, counted after decompression."""
    request = make_request([make_span({"big": "x" * (5 << 20)})])
    with pytest.raises(grpc.RpcError) as caught:
        export(request, compression=compression, timeout=30)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
