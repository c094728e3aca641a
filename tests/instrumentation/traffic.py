"""Sends recorded calls through an instrumentation to a collector, in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.instrumentation.cassettes import Recording
from tests.instrumentation.client import repeat
from tests.instrumentation.instrumentations import Instrumentation


@dataclass(frozen=True)
class Call:
    """One recorded call and what its instrumentation sent of it."""

    recording: Recording
    trace_id: str
    attributes: Mapping[str, Any]


def send(instrumentation: Instrumentation, recordings: Sequence[Recording], endpoint: str, service: str) -> list[Call]:
    """Repeat the calls as `service`; returns when the collector has acknowledged their spans."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as process:
        return process.submit(_send, instrumentation, recordings, endpoint, service).result()


def _send(instrumentation: Instrumentation, recordings: Iterable[Recording], endpoint: str, service: str) -> list[Call]:
    kept = InMemorySpanExporter()
    provider = TracerProvider(
        resource=Resource({"service.name": service}),
        # A long conversation in flattened keys is more than the SDK's 128 attributes; nobody wants half of it.
        span_limits=SpanLimits(max_span_attributes=10_000),
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    instrumentation.start(provider)
    calls = [call for recording in recordings for call in _repeated(recording, kept)]
    provider.shutdown()
    return calls


def _repeated(recording: Recording, kept: InMemorySpanExporter) -> Iterator[Call]:
    kept.clear()
    repeat(recording)
    for span in kept.get_finished_spans():
        assert span.context is not None
        yield Call(recording, f"{span.context.trace_id:032x}", dict(span.attributes or {}))


def send_through_spanglass(
    instrumentation: Instrumentation, recordings: Sequence[Recording], endpoint: str, service: str
) -> bool:
    """The same through our SDK, as an application does that calls `spanglass.init()` and instruments its client."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as process:
        return process.submit(_send_through_spanglass, instrumentation, recordings, endpoint, service).result()


def _send_through_spanglass(
    instrumentation: Instrumentation, recordings: Iterable[Recording], endpoint: str, service: str
) -> bool:
    import spanglass

    spanglass.init(endpoint=endpoint, service=service, instrument=False)
    instrumentation.start()
    for recording in recordings:
        repeat(recording)
    return spanglass.flush()
