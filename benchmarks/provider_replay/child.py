"""Runs in a family's own environment: repeats one provider's calls, and writes a JSON line of what was sent of each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from benchmarks.provider_replay.clients import CannotRepeat, repeat
from benchmarks.provider_replay.families import FAMILIES
from benchmarks.provider_replay.server import ReplayServer
from tests.instrumentation.cassettes import recordings


def main(family: str, provider: str, cassettes: str, endpoint: str, service: str) -> None:
    kept, tracer_provider = _provider(family, endpoint, service)
    FAMILIES[family].start(provider, tracer_provider)
    if family == "logfire":
        trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(kept))  # type: ignore[attr-defined]
        trace.get_tracer_provider().add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))  # type: ignore[attr-defined]
        tracer_provider = trace.get_tracer_provider()  # type: ignore[assignment]
    server = ReplayServer()
    for recording in recordings(Path(cassettes)):
        kept.clear()
        server.current = recording
        problem = _problem(provider, recording, server.url)
        spans = [_told(span) for span in kept.get_finished_spans()]
        line = {"file": recording.file, "index": recording.index, "problem": problem, "spans": spans}
        sys.stdout.write(json.dumps(line, default=str) + "\n")
    tracer_provider.shutdown()


def _provider(family: str, endpoint: str, service: str) -> tuple[InMemorySpanExporter, Any]:
    kept = InMemorySpanExporter()
    provider = TracerProvider(
        resource=Resource({"service.name": service}), span_limits=SpanLimits(max_span_attributes=10_000)
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    return kept, provider


def _problem(provider: str, recording: Any, url: str) -> str:
    """What the client said against it; errors that were recorded are part of the recording."""
    try:
        repeat(provider, recording, url)
    except CannotRepeat as error:
        return f"no call for it: {error}"
    except Exception as error:  # noqa: BLE001  any client's own error tree
        return "" if recording.is_error else f"{type(error).__name__}: {error}"[:200]
    return ""


def _told(span: Any) -> dict[str, Any]:
    return {
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
        "scope": span.instrumentation_scope.name,
        "attributes": dict(span.attributes or {}),
        "events": [event.name for event in span.events],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
