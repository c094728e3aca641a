"""Beside other tracing products: theirs keep what they had, ours gets its spans, each span once.

Runs with the interpreter that SPANGLASS_FRAMEWORKS_PYTHON names, else with this one; skips what is not installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from .receiver import Receiver

PYTHON = os.environ.get("SPANGLASS_FRAMEWORKS_PYTHON") or sys.executable

LOGFIRE = """
    import logfire
    from opentelemetry import trace
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    memory = InMemorySpanExporter()
    logfire.configure(send_to_logfire=False, console=False, inspect_arguments=False,
                      additional_span_processors=[SimpleSpanProcessor(memory)])
    before = trace.get_tracer_provider()
    def theirs():
        return sorted(span.name for span in memory.get_finished_spans()
                      if span.attributes.get("logfire.span_type") != "pending_span")
    outer = lambda: logfire.span("theirs")
"""
LANGFUSE = """
    from langfuse import Langfuse
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    memory = InMemorySpanExporter()
    client = Langfuse(public_key="pk-lf-x", secret_key="sk-lf-x", host="http://127.0.0.1:9")
    before = trace.get_tracer_provider()
    before.add_span_processor(SimpleSpanProcessor(memory))
    def theirs():
        return sorted(span.name for span in memory.get_finished_spans())
    outer = lambda: client.start_as_current_observation(name="theirs", as_type="span")
"""
SENTRY = """
    import sentry_sdk
    from opentelemetry import trace
    transactions = []
    sentry_sdk.init(dsn="http://k@127.0.0.1:9/1", traces_sample_rate=1.0,
                    before_send_transaction=lambda event, hint: transactions.append(event))
    before = None
    def theirs():
        return ["ours", *(event["transaction"] for event in transactions)]
    outer = lambda: sentry_sdk.start_transaction(name="theirs")
"""
THEN = """
    import os, sys, spanglass
    for _ in range(2):
        spanglass.init(endpoint=os.environ["COLLECTOR"], instrument=False)
    with outer():
        spanglass.trace(name="ours")(lambda: 1)()
    assert before is None or trace.get_tracer_provider() is before
    spanglass.flush()
    spanglass.shutdown()
    print(theirs())
    sys.stdout.flush(); os._exit(0)
"""


@pytest.mark.parametrize(
    ("product", "setup", "spans"),
    [
        ("logfire", LOGFIRE, ["ours", "theirs"]),
        ("langfuse", LANGFUSE, ["ours", "theirs"]),
        ("sentry_sdk", SENTRY, ["ours"]),  # traces of its own kind, which are not OpenTelemetry's
    ],
)
def test_other_products_keep_what_they_had(receiver: Receiver, product: str, setup: str, spans: list[str]) -> None:
    """Their provider stays, their exporters see our span, and we receive theirs and ours once."""
    if subprocess.run([PYTHON, "-c", f"import {product}, spanglass"], capture_output=True, check=False).returncode:
        pytest.skip(f"{product} is not installed; see SPANGLASS_FRAMEWORKS_PYTHON")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SPANGLASS_"))}
    done = subprocess.run(
        [PYTHON, "-c", textwrap.dedent(setup) + textwrap.dedent(THEN)],
        env={**environ, "COLLECTOR": receiver.endpoint},  # others read OTEL_EXPORTER_OTLP_ENDPOINT, too
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "['ours', 'theirs']" in done.stdout
    assert sorted(span.name for span in receiver.spans) == spans
