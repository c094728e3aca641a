"""The SDKs that `sdk_overhead.py` compares, each with its defaults, tracing the same functions.

A side returns its traced functions and what waits for delivery. Only what it needs is imported, inside, because each
side runs in an environment of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass

MESSAGES = [{"role": "user", "content": "why is the sky blue? " * 10} for _ in range(8)]
ANSWER = {"choices": [{"message": {"role": "assistant", "content": "because of Rayleigh scattering. " * 62}}]}
Call = Callable[[], object]
Traced = tuple[dict[str, Call], Callable[[], object]]


def decorated(trace: Callable[[Callable[..., object]], Callable[..., object]]) -> dict[str, Call]:
    """The three functions, under an SDK that has a decorator."""

    @trace
    def no_op() -> None:
        return None

    @trace
    def payload(messages: object) -> object:
        return ANSWER

    @trace
    def nested() -> None:
        for _ in range(4):
            no_op()

    return {"no-op": no_op, "payload": lambda: payload(MESSAGES), "5 nested": nested}


def spanglass() -> Traced:
    import spanglass

    spanglass.init(instrument=False)
    return decorated(spanglass.trace), spanglass.flush


def opentelemetry() -> Traced:
    """As most applications write it: a span and two `json.dumps` attributes."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    start = provider.get_tracer("benchmark").start_as_current_span

    def no_op() -> None:
        with start("no-op"):
            pass

    def payload() -> object:
        with start("payload") as span:
            span.set_attribute("input.value", json.dumps(MESSAGES))
            span.set_attribute("output.value", json.dumps(ANSWER))
            return ANSWER

    def nested() -> None:
        with start("nested"):
            for _ in range(4):
                no_op()

    return {"no-op": no_op, "payload": payload, "5 nested": nested}, provider.force_flush


def traceloop() -> Traced:
    from opentelemetry import trace
    from traceloop.sdk import Traceloop
    from traceloop.sdk.decorators import task

    Traceloop.init(app_name="benchmark", api_endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"], instruments=set())
    return decorated(task(name="call")), trace.get_tracer_provider().force_flush  # type: ignore[attr-defined]


def langfuse() -> Traced:
    from langfuse import Langfuse, observe

    host = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
    client = Langfuse(public_key="pk-lf-x", secret_key="sk-lf-x", host=host)
    return decorated(observe()), client.flush


def logfire() -> Traced:
    import logfire

    logfire.configure(send_to_logfire=False, console=False)
    return decorated(logfire.instrument("call", extract_args=True, record_return=True)), logfire.force_flush


def phoenix() -> Traced:
    from phoenix.otel import register

    endpoint = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
    provider = register(endpoint=endpoint, batch=True, verbose=False, set_global_tracer_provider=False)
    return decorated(provider.get_tracer("benchmark").chain), provider.force_flush


def openlit() -> Traced:
    import openlit
    from opentelemetry import trace

    openlit.init(otlp_endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"], application_name="benchmark")
    return decorated(openlit.trace), trace.get_tracer_provider().force_flush  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Side:
    """One SDK. `requirements` are what its environment needs; empty means: the environment that runs the script."""

    start: Callable[[], Traced]
    requirements: tuple[str, ...] = ()


SIDES = {
    "spanglass": Side(spanglass),
    "opentelemetry": Side(opentelemetry),
    "traceloop": Side(traceloop, ("traceloop-sdk", "httpx")),
    "langfuse": Side(langfuse, ("langfuse",)),
    "logfire": Side(logfire, ("logfire",)),
    "phoenix": Side(phoenix, ("arize-phoenix-otel",)),
    "openlit": Side(openlit, ("openlit",)),
}
