"""Runs in a family's own environment: repeats one provider's calls, and writes a JSON line of what was sent of each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    InMemoryLogRecordExporter,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from benchmarks.provider_replay.clients import CannotRepeat, repeat
from benchmarks.provider_replay.families import FAMILIES
from benchmarks.provider_replay.fixtures import SOURCES
from benchmarks.provider_replay.server import ReplayServer


def main(family: str, provider: str, source: str, data: str, endpoint: str, service: str) -> None:
    resource = Resource({"service.name": service})
    tracer_provider: Any = TracerProvider(resource=resource, span_limits=SpanLimits(max_span_attributes=10_000))
    logger_provider = LoggerProvider(resource=resource)
    FAMILIES[family].start(provider, tracer_provider, logger_provider)
    if family == "logfire":
        tracer_provider = trace.get_tracer_provider()
    kept, told = InMemorySpanExporter(), InMemoryLogRecordExporter()
    for spans in (SimpleSpanProcessor(kept), BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces"))):
        tracer_provider.add_span_processor(spans)
    for logs in (SimpleLogRecordProcessor(told), BatchLogRecordProcessor(OTLPLogExporter(f"{endpoint}/v1/logs"))):
        logger_provider.add_log_record_processor(logs)
    server = ReplayServer()
    for recording in SOURCES[source](Path(data), provider):
        kept.clear()
        told.clear()
        server.current = recording
        problem = _problem(provider, recording, server.url)
        sent = {"spans": [_span(s) for s in kept.get_finished_spans()]}
        sent["events"] = [_event(log) for log in told.get_finished_logs()]
        line = {"file": recording.file, "index": recording.index, "problem": problem, **sent}
        sys.stdout.write(json.dumps(line, default=str) + "\n")
    tracer_provider.shutdown()
    logger_provider.shutdown()


def _problem(provider: str, recording: Any, url: str) -> str:
    """What the client said against it; errors that were recorded are part of the recording."""
    try:
        repeat(provider, recording, url)
    except CannotRepeat as error:
        return f"no call for it: {error}"
    except Exception as error:  # noqa: BLE001  any client's own error tree
        return "" if recording.is_error else f"{type(error).__name__}: {error}"[:200]
    return ""


def _span(span: Any) -> dict[str, Any]:
    return {
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else "",
        "name": span.name,
        "scope": span.instrumentation_scope.name,
        "attributes": dict(span.attributes or {}),
        "events": [{"name": event.name, "attributes": dict(event.attributes or {})} for event in span.events],
    }


def _event(log: Any) -> dict[str, Any]:
    record = log.log_record
    return {"name": record.event_name, "attributes": {"body": record.body, **(record.attributes or {})}}


if __name__ == "__main__":
    main(*sys.argv[1:])
