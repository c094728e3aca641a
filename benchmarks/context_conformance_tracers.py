"""How each tracer decorates a function, and how its spans are read back; all in memory, nothing leaves the process.

One entry a tracer: package to install -> a function that starts it and returns (trace, spans). Each runs in an
environment of its own, so imports stand inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DEAD = "http://127.0.0.1:9"  # the discard port: nobody listens


@dataclass(frozen=True)
class Seen:
    """A finished span; ids are whatever the tracer has. `parent` is None for a root."""

    name: str
    id: str
    parent: str | None
    is_error: bool


Started = tuple[Callable[[str], Callable[[Any], Any]], Callable[[], list[Seen]]]


def _memory() -> tuple[Any, Any]:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    return exporter, SimpleSpanProcessor(exporter)


def _reader(exporter: Any, suffix: str = "") -> Callable[[], list[Seen]]:
    def read() -> list[Seen]:
        return [_seen(span, suffix) for span in exporter.get_finished_spans()]

    return read


def _seen(span: Any, suffix: str) -> Seen:
    parent = None if span.parent is None else f"{span.parent.span_id:016x}"
    name = span.name.removesuffix(suffix)
    return Seen(name, f"{span.context.span_id:016x}", parent, span.status.status_code.name == "ERROR")


def spanglass() -> Started:
    import spanglass
    from spanglass.testing import Captured

    spanglass.init(endpoint=DEAD, instrument=False, quiet=True)
    captured = Captured()
    from spanglass.runtime import runtime

    runtime.provider.sink = captured

    class Exporter:
        def get_finished_spans(self) -> Any:
            return captured.spans

    return lambda name: spanglass.trace(name=name), _reader(Exporter())


def opentelemetry() -> Started:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    exporter, processor = _memory()
    provider = TracerProvider()
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    tracer = trace.get_tracer("conformance")
    return lambda name: tracer.start_as_current_span(name), _reader(exporter)


def traceloop() -> Started:
    os.environ["TRACELOOP_TELEMETRY"] = "false"
    from traceloop.sdk import Traceloop
    from traceloop.sdk.decorators import task

    exporter, _ = _memory()
    Traceloop.init(app_name="c", exporter=exporter, disable_batch=True, telemetry_enabled=False, instruments=set())
    return lambda name: task(name=name), _reader(exporter, ".task")


def langfuse() -> Started:
    from langfuse import Langfuse, observe
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    exporter, processor = _memory()
    provider = TracerProvider()
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    Langfuse(public_key="pk", secret_key="sk", host=DEAD, tracer_provider=provider)
    return lambda name: observe(name=name), _reader(exporter)


def logfire() -> Started:
    import logfire

    exporter, processor = _memory()
    logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[processor])

    def trace(name: str) -> Callable[[Any], Any]:
        import inspect

        def decorate(function: Any) -> Any:
            streams = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
            return logfire.instrument(name, extract_args=False, **({"allow_generator": True} if streams else {}))(
                function
            )

        return decorate

    def read() -> list[Seen]:
        spans = exporter.get_finished_spans()
        return [_seen(span, "") for span in spans if (span.attributes or {}).get("logfire.span_type") != "pending_span"]

    return trace, read


def phoenix() -> Started:
    from phoenix.otel import register

    exporter, processor = _memory()
    provider = register(endpoint=f"{DEAD}/v1/traces", verbose=False, set_global_tracer_provider=True)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("conformance")
    return lambda name: tracer.chain(name=name), _reader(exporter)


def openlit() -> Started:
    import openlit
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    exporter, processor = _memory()
    provider = TracerProvider()
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    openlit.init(otlp_endpoint=DEAD, disable_metrics=True)
    return lambda name: openlit.trace, _reader(exporter)


def mlflow() -> Started:
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{DEAD}/v1/traces"
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    import mlflow

    seen: list[Seen] = []

    def keep(span: Any) -> None:
        seen.append(Seen(span.name, span.span_id, span.parent_id, "ERROR" in str(span.status.status_code)))

    mlflow.tracing.configure(span_processors=[keep])
    return lambda name: mlflow.trace(name=name), lambda: seen


def langsmith() -> Started:
    os.environ["LANGSMITH_TRACING"] = "true"
    from langsmith import Client, traceable

    runs: dict[str, dict[str, Any]] = {}

    class Memory(Client):
        def create_run(self, name: str, inputs: Any, run_type: Any, **kwargs: Any) -> None:
            runs.setdefault(str(kwargs["id"]), {}).update({**kwargs, "name": name})

        def update_run(self, run_id: Any, **kwargs: Any) -> None:
            runs.setdefault(str(run_id), {}).update(kwargs)

    client = Memory(api_url=DEAD, api_key="k", auto_batch_tracing=False, info={})

    def read() -> list[Seen]:
        ended = [(key, run) for key, run in runs.items() if run.get("end_time")]
        return [Seen(run["name"], key, _text(run.get("parent_run_id")), bool(run.get("error"))) for key, run in ended]

    return lambda name: traceable(name=name, client=client), read


def opik() -> Started:
    os.environ["OPIK_URL_OVERRIDE"] = DEAD
    import opik

    recording = opik.record_traces_locally()
    storage = recording.__enter__()

    def read() -> list[Seen]:
        opik.flush_tracker(timeout=1)
        found: list[Seen] = []
        for trace in storage.trace_trees:
            _walk(trace.spans, None, found)
        return found

    def _walk(spans: Any, parent: str | None, found: list[Seen]) -> None:
        for span in spans:
            if span.end_time is not None:
                found.append(Seen(span.name, span.id, parent, span.error_info is not None))
            _walk(span.spans, span.id, found)

    return lambda name: opik.track(name=name), read


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


TRACERS: dict[str, tuple[str, Callable[[], Started]]] = {
    "spanglass": ("spanglass", spanglass),
    "opentelemetry": ("opentelemetry-sdk", opentelemetry),
    "traceloop": ("traceloop-sdk", traceloop),
    "langfuse": ("langfuse", langfuse),
    "logfire": ("logfire", logfire),
    "phoenix": ("arize-phoenix-otel", phoenix),
    "openlit": ("openlit", openlit),
    "mlflow": ("mlflow-tracing", mlflow),
    "langsmith": ("langsmith", langsmith),
    "opik": ("opik", opik),
}
