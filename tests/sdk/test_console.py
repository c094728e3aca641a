"""Traces drawn in the terminal."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import textwrap

import pytest

from spanglass import current_span, span, trace
from spanglass.console.draw import draw, duration
from spanglass.console.sink import Console
from spanglass.console.wanted import is_console_wanted
from spanglass.record.tracer import Provider, Resource
from spanglass.runtime import Nowhere
from spanglass.testing import capture, fixed_source

from .receiver import Receiver
from .test_processes import run


@trace(kind="llm")
def ask() -> str:
    current_span().update(model="gpt-x", input_tokens=512, output_tokens=87, cost_usd=0.00123)
    return "hey"


def fail() -> None:
    with span("evil \x1b[2J", kind="tool"):
        raise ValueError("no")


@trace(kind="agent")
def agent() -> None:
    ask()
    fail()


def test_a_trace_is_a_tree_with_times_tokens_and_cost() -> None:
    """One line a span, aligned; failures say why; control characters cannot steer the terminal."""
    with capture(fixed_source()) as captured, pytest.raises(ValueError, match="no"):
        agent()
    assert draw(captured.spans).splitlines() == [
        "agent         agent  5 ms  ERROR no",
        "├─ ask        llm gpt-x  1 ms  512 → 87 tokens  $0.00123",
        "└─ evil ·[2J  tool  1 ms  ERROR no",
    ]


@pytest.mark.parametrize(
    ("ns", "text"),
    [(850, "1 µs"), (12_300_000, "12.3 ms"), (1_240_000_000, "1.24 s"), (125_000_000_000, "2 min 5 s")],
)
def test_durations_have_three_digits(ns: int, text: str) -> None:
    """In the unit one would say."""
    assert duration(ns) == text


def test_a_trace_is_printed_when_its_root_ends() -> None:
    """Not before, and the exporter gets every span."""
    stream, tracer = io.StringIO(), None
    console = Console(Nowhere(), stream)
    tracer = Provider(console, Resource()).get_tracer("t")
    with tracer.start_as_current_span("root"):
        tracer.start_span("child").end()
        assert stream.getvalue() == ""
    assert [line.split()[0] for line in stream.getvalue().splitlines()] == ["root", "└─"]


def test_traces_that_never_end_are_bounded() -> None:
    """Of more than a hundred open traces the oldest is printed as far as it is known."""
    stream = io.StringIO()
    tracer = Provider(Console(Nowhere(), stream), Resource()).get_tracer("t")
    from opentelemetry import context
    from opentelemetry import trace as otel

    for _ in range(105):
        root = tracer.start_span("root", context=context.Context())
        tracer.start_span("child", context=otel.set_span_in_context(root, context.Context())).end()
    assert stream.getvalue().count("child") == 5


SCRIPT = """
    import spanglass
    spanglass.init(instrument=False)
    spanglass.trace(name="call", kind="tool")(lambda: 1)()
"""


def test_a_production_log_gets_no_trees() -> None:
    """Where stderr is no terminal, nothing is drawn and nothing is probed unless asked for."""
    assert "call" not in run(SCRIPT, None)
    assert "call  tool" in run(SCRIPT, None, SPANGLASS_CONSOLE="1")


def test_drawing_and_exporting_go_together(receiver: Receiver) -> None:
    """Asked for beside an endpoint, the console is a second place and not another one."""
    assert "call  tool" in run(SCRIPT, receiver.endpoint, SPANGLASS_CONSOLE="1")
    assert [each.name for each in receiver.spans] == ["call"]


def test_the_setting_has_three_answers() -> None:
    """Yes, no, and nothing said; the argument wins."""
    assert is_console_wanted(False, {"SPANGLASS_CONSOLE": "1"}) is False
    assert is_console_wanted(None, {"SPANGLASS_CONSOLE": "0"}) is False
    assert is_console_wanted(None, {}) is None


def test_a_person_without_a_collector_sees_traces_and_how_to_get_one() -> None:
    """At a real terminal, with no endpoint set and nobody listening."""
    script = textwrap.dedent(SCRIPT).replace(
        "import spanglass\n",
        "import spanglass, spanglass.console.wanted as w\nw.is_alone_at_a_terminal.__defaults__ = ('127.0.0.1', 9)\n",
    )
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SPANGLASS_"))}
    leader, follower = pty.openpty()
    subprocess.run([sys.executable, "-c", script], env=environ, stderr=follower, check=True, timeout=60)
    os.close(follower)
    said = os.read(leader, 10_000).decode()
    os.close(leader)
    assert "init(endpoint=...)" in said
    assert "call  tool" in said
