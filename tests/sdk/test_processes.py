"""Whole processes: start, lazy start, exit, fork, and life beside an OpenTelemetry SDK. Each runs a real
script."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from .receiver import Receiver, attributes

HEAVY = [
    "opentelemetry.sdk", "opentelemetry.instrumentation", "google.protobuf", "requests", "httpx", "numpy", "pydantic",
    "grpc", "asyncio", "sqlite3", "openai", "openinference", "langchain_core", "litellm", "spanglass.testing",
]  # fmt: skip
QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart.py"


def run(script: str, endpoint: str | None, **more: str) -> str:
    """Runs a script in a fresh interpreter whose only OTEL settings are these; returns what it printed."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SPANGLASS_"))}
    if endpoint:
        environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**environ, **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_importing_and_starting_stays_light() -> None:
    """Neither `import spanglass` nor `init` nor a traced call brings a heavy module."""
    script = f"""
        import sys, spanglass
        assert "http.client" not in sys.modules
        spanglass.init(endpoint="http://127.0.0.1:9")
        spanglass.trace(lambda: 1)()
        print([name for name in {HEAVY} if name in sys.modules])
    """
    assert run(script, None).startswith("[]")


def test_a_script_needs_no_init_and_no_flush(receiver: Receiver) -> None:
    """With an endpoint in the environment, the first traced call starts everything and exit delivers."""
    script = """
        from spanglass import trace
        trace(name="hello")(lambda who: who)("world")
    """
    run(script, receiver.endpoint, OTEL_SERVICE_NAME="svc", OTEL_RESOURCE_ATTRIBUTES="team=x")
    assert attributes(receiver.one("hello"))["output.value"] == '"world"'
    resource = attributes(receiver.requests[0].resource_spans[0].resource)
    assert resource.items() >= {
        "service.name": "svc", "team": "x", "telemetry.sdk.name": "spanglass", "telemetry.sdk.language":
        "python",
    }.items()  # fmt: skip


def test_without_an_endpoint_nothing_is_exported_and_nothing_breaks() -> None:
    """Spans are made, counted as going nowhere, and OpenTelemetry's global provider is left alone."""
    script = """
        import spanglass
        from opentelemetry import trace
        spanglass.trace(lambda: 1)()
        print(spanglass.stats().dropped, type(trace.get_tracer_provider()).__name__)
    """
    assert run(script, None).strip() == "{'no_endpoint': 1} ProxyTracerProvider"


def test_otel_sdk_disabled_is_honoured(receiver: Receiver) -> None:
    """Nothing is recorded or sent; the functions run."""
    script = """
        import spanglass
        spanglass.init()
        print(spanglass.trace(lambda: 41 + 1)())
    """
    assert "42" in run(script, receiver.endpoint, OTEL_SDK_DISABLED="true")
    assert receiver.headers == []


def test_exit_is_quick_when_nobody_listens() -> None:
    """2,000 calls, then exit: no call blocks or raises, the loss is said once, without payloads."""
    script = """
        import spanglass, time
        began = time.monotonic()
        for n in range(2000):
            spanglass.trace(lambda x: x)("payload")
        assert time.monotonic() - began < 1.5
    """
    began = time.monotonic()
    said = run(script, "http://127.0.0.1:9")
    assert time.monotonic() - began < 8  # of OpenTelemetry's own exporter, 30 were measured
    assert said == "spanglass stopped; spans not delivered, by reason: {'shutdown': 2000}\n"


def test_exit_waits_no_longer_than_its_deadline_for_a_receiver_that_never_answers() -> None:
    """A receiver that accepts and is silent costs the exit deadline, not its own timeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        run("import spanglass; spanglass.trace(lambda: 1)()", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert time.monotonic() - began < 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_exports_its_own_spans_once(receiver: Receiver) -> None:
    """The child has a queue, a thread, a connection and ids of its own; the parent's spans are sent once."""
    script = """
        import os, spanglass
        f = spanglass.trace(name="call")(lambda who: who)
        f("warm"); spanglass.flush()
        f("before")
        child = os.fork()
        f("child" if child == 0 else "parent")
        if child == 0:
            spanglass.flush()
            assert spanglass.stats().created == 1
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run(script, receiver.endpoint)
    assert sorted(attributes(span)["output.value"] for span in receiver.spans) == [
        '"before"', '"child"', '"parent"', '"warm"',
    ]  # fmt: skip
    assert len({span.span_id for span in receiver.spans}) == len({span.trace_id for span in receiver.spans}) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_multiprocessing_child_delivers_before_it_ends(receiver: Receiver) -> None:
    """Children of multiprocessing skip `atexit`; their spans arrive all the same."""
    script = """
        import multiprocessing, spanglass
        f = spanglass.trace(name="call")(lambda who: who)
        f("parent")
        child = multiprocessing.get_context("fork").Process(target=f, args=("child",))
        child.start(); child.join()
        assert child.exitcode == 0
    """
    run(script, receiver.endpoint)
    assert sorted(attributes(span)["output.value"] for span in receiver.spans) == ['"child"', '"parent"']


def test_a_wrong_endpoint_is_explained() -> None:
    """The application runs; the log names the setting and what is wrong with it."""
    said = run("import spanglass; spanglass.init(endpoint='collector:4318')", None)
    assert "the endpoint must be http://HOST[:PORT]" in said


BESIDE_AN_SDK = """
    from opentelemetry import trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "theirs", "host": "h"}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)

    import spanglass
    spanglass.init(environment="prod")
    spanglass.init(environment="prod")
    tracer = trace.get_tracer("third")
    here = trace.get_current_span
    inner = spanglass.trace(name="ours", kind="tool")(lambda a: here().set_attribute("x", 1) or a)
    with spanglass.context(user="u"), tracer.start_as_current_span("outer"):
        inner(1)
        with spanglass.span("block", kind="llm") as s:
            s.update(model="m", output="said")
            tracer.start_span("nested").end()
    spanglass.score("late", 1.0, trace_id=s.trace_id, span_id=s.span_id)
    assert trace.get_tracer_provider() is provider
    print(sorted(span.name for span in memory.get_finished_spans()))
"""


def test_an_application_with_an_opentelemetry_sdk_keeps_it(receiver: Receiver) -> None:
    """Its exporters see our spans; we receive its spans; each span arrives once, nested as it ran."""
    assert "['block', 'nested', 'ours', 'outer']" in run(BESIDE_AN_SDK, receiver.endpoint)
    assert sorted(span.name for span in receiver.spans) == ["block", "nested", "ours", "outer", "score late"]
    outer, block = receiver.one("outer"), receiver.one("block")
    assert receiver.one("ours").parent_span_id == block.parent_span_id == outer.span_id
    assert receiver.one("nested").parent_span_id == receiver.one("score late").parent_span_id == block.span_id
    ours = attributes(receiver.one("ours"))
    assert (ours["x"], ours["gen_ai.tool.call.result"], ours["user.id"]) == (1, "1", "u")
    assert attributes(receiver.one("nested"))["user.id"] == "u"
    assert attributes(block)["output.value"] == '"said"'


def test_the_resource_of_the_application_is_kept(receiver: Receiver) -> None:
    """Beside an SDK, its resource describes its spans, and what `init` was told is added."""
    run(BESIDE_AN_SDK, receiver.endpoint)
    by_span = {
        span.name: attributes(resource_spans.resource)
        for request in receiver.requests
        for resource_spans in request.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    }
    assert by_span["outer"] == {"service.name": "theirs", "host": "h", "deployment.environment.name": "prod"}


def test_spans_the_application_already_sends_here_are_not_sent_twice(receiver: Receiver) -> None:
    """An SDK that exports to the same collector is left alone: each span arrives once, through it."""
    script = """
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
        import spanglass
        spanglass.trace(name="call")(lambda: 1)()
    """
    run(script, receiver.endpoint)
    assert [span.name for span in receiver.spans] == ["call"]


def test_third_party_instrumentation_exports_through_us(receiver: Receiver) -> None:
    """OpenInference's OpenAI instrumentation nests in our span, without an OpenTelemetry SDK in use."""
    script = """
        import httpx, spanglass
        from openai import OpenAI
        from openinference.instrumentation.openai import OpenAIInstrumentor
        spanglass.init(instrument=False)
        OpenAIInstrumentor().instrument()
        reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "gpt-x",
                 "choices": [{"index": 0, "finish_reason": "stop",
                              "message": {"role": "assistant", "content": "hey"}}],
                 "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}}
        transport = httpx.MockTransport(lambda request: httpx.Response(200, json=reply))
        http = httpx.Client(transport=transport)
        client = OpenAI(api_key="k", base_url="http://model.invalid", http_client=http)

        @spanglass.trace(name="ask", kind="agent")
        def ask(question):
            messages = [{"role": "user", "content": question}]
            return client.chat.completions.create(model="gpt-x", messages=messages).choices[0].message.content

        assert ask("hi") == "hey"
    """
    run(script, receiver.endpoint)
    ask, call = receiver.one("ask"), receiver.one("ChatCompletion")
    assert call.parent_span_id == ask.span_id
    assert attributes(call)["llm.model_name"] == "gpt-x"
    assert attributes(call)["llm.token_count.prompt"] == 3


def test_shutdown_and_a_second_init_work(receiver: Receiver) -> None:
    """After `shutdown`, calls run unrecorded; a new `init` records again."""
    script = """
        import spanglass
        call = spanglass.trace(name="call")(lambda n: n)
        spanglass.init(); call(1); spanglass.shutdown(); call(2); spanglass.init(); call(3)
    """
    run(script, receiver.endpoint)
    assert [attributes(span)["output.value"] for span in receiver.spans] == ["1", "3"]


def test_the_quickstart_runs(receiver: Receiver) -> None:
    """The example sends a trace of an agent, a model call, a retriever and a score, without any key."""
    run(QUICKSTART.read_text(), receiver.endpoint)
    kinds = {attributes(span).get("spanglass.span.kind") for span in receiver.spans}
    assert kinds >= {"agent", "llm", "retriever"}
    assert any(event.name == "gen_ai.evaluation.result" for span in receiver.spans for event in span.events)
