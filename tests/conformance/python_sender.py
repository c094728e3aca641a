"""One span, log record, counter and histogram by OpenTelemetry's Python SDK, each flushed."""

from __future__ import annotations

import logging
from typing import Any

import grpc
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

from spanglass_collector.service import Endpoints

log = logging.getLogger(__name__)


def send(endpoints: Endpoints, protocol: str, service: str, compression: str) -> None:
    """Through the whole SDK, as an application does. `protocol`: grpc or http/protobuf; `compression`: none or gzip."""
    spans, logs, metrics = _exporters(endpoints, protocol, is_compressed=compression == "gzip")
    resource = Resource.create({"service.name": service})
    _send_span(spans, resource)
    _send_log(logs, resource)
    _send_metrics(metrics, resource)


def _exporters(endpoints: Endpoints, protocol: str, *, is_compressed: bool) -> tuple[Any, Any, Any]:
    if protocol == "grpc":
        how = grpc.Compression.Gzip if is_compressed else grpc.Compression.NoCompression
        options: dict[str, Any] = {"endpoint": str(endpoints.otlp_grpc), "insecure": True, "compression": how}
        return GrpcSpans(**options), GrpcLogs(**options), GrpcMetrics(**options)
    how_http = Compression.Gzip if is_compressed else Compression.NoCompression
    base = f"http://{endpoints.otlp_http}/v1"
    return (
        HttpSpans(endpoint=f"{base}/traces", compression=how_http),
        HttpLogs(endpoint=f"{base}/logs", compression=how_http),
        HttpMetrics(endpoint=f"{base}/metrics", compression=how_http),
    )


def _send_span(exporter: Any, resource: Resource) -> None:
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    attributes = {"gen_ai.request.model": "m", "list": ["a", "b"], "big": 2**53 - 1}
    with provider.get_tracer("conformance").start_as_current_span("chat", attributes=attributes) as span:
        span.add_event("event", {"n": 0})
        span.set_status(Status(StatusCode.ERROR, "boom"))
    provider.shutdown()


def _send_log(exporter: Any, resource: Resource) -> None:
    provider = LoggerProvider(resource=resource)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    body = {"text": "hello", "nested": [1, {"a": None}]}
    provider.get_logger("conformance").emit(
        LogRecord(body=body, attributes={"n": 1}, severity_number=SeverityNumber.INFO)
    )
    provider.shutdown()


def _send_metrics(exporter: Any, resource: Resource) -> None:
    provider = MeterProvider([PeriodicExportingMetricReader(exporter, export_interval_millis=60_000)], resource)
    meter = provider.get_meter("conformance")
    meter.create_counter("requests").add(3, {"path": "/"})
    meter.create_histogram("seconds").record(0.5)
    provider.shutdown()
