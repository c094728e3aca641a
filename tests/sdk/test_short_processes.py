"""Processes that end at once: functions in the cloud, jobs, containers that are told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from .receiver import Receiver
from .test_processes import run

WAITS = """
    import spanglass, sys, time
    spanglass.init(instrument=False, deliver_on_sigterm={deliver}, limits=spanglass.config.Limits(export_interval_s=30))
    spanglass.trace(name="call")(lambda: 1)()
    print("ready", flush=True)
    while True: time.sleep(0.05)
"""


def test_a_process_that_ends_at_once_delivers(receiver: Receiver) -> None:
    """One traced call and the end: the span arrives, quickly."""
    began = time.monotonic()
    run("import spanglass; spanglass.trace(name='call')(lambda: 1)()", receiver.endpoint)
    assert [span.name for span in receiver.spans] == ["call"]
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("ending", ["sys.exit(3)", "raise RuntimeError('x')", "import signal; signal.raise_signal(2)"])
def test_every_ordinary_end_delivers(receiver: Receiver, ending: str) -> None:
    """Exit codes, uncaught exceptions and Ctrl-C end through `atexit`."""
    script = f"import sys, spanglass; spanglass.trace(name='call')(lambda: 1)(); {ending}"
    environ = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
    subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, timeout=60, check=False)
    assert [span.name for span in receiver.spans] == ["call"]


def test_a_handler_that_freezes_after_each_event_flushes(receiver: Receiver) -> None:
    """A function runtime stops the process between events; `flush` has a deadline and says whether it was enough."""
    script = """
        import spanglass
        spanglass.init(instrument=False)
        @spanglass.trace
        def handler(event):
            return event
        for event in ("a", "b"):
            handler(event)
            print(spanglass.flush(timeout_s=2))
        import os; os._exit(0)
    """
    assert run(script, receiver.endpoint).split() == ["True", "True"]
    assert len(receiver.spans) == 2


@pytest.mark.parametrize(("deliver", "spans"), [(True, 1), (False, 0)])
def test_sigterm_delivers_when_asked_to(receiver: Receiver, deliver: bool, spans: int) -> None:
    """The process still ends by the signal; without being asked we leave signals alone."""
    script = textwrap.dedent(WAITS.format(deliver=deliver))
    environ = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
    with subprocess.Popen([sys.executable, "-c", script], env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(timeout=20) == -signal.SIGTERM
    assert len(receiver.spans) == spans


def test_a_handler_of_the_application_is_kept(receiver: Receiver) -> None:
    """Who handles SIGTERM ends in his own way, and `atexit` delivers."""
    script = """
        import signal, sys, spanglass
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        spanglass.init(instrument=False, deliver_on_sigterm=True)
        spanglass.trace(name="call")(lambda: 1)()
        signal.raise_signal(signal.SIGTERM)
    """
    run(script, receiver.endpoint)
    assert len(receiver.spans) == 1
