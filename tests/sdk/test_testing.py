"""What the package ships for tests of traced code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spanglass import span, trace
from spanglass.testing import assert_trace, capture, fixed_source


@trace(kind="tool")
def look_up(word: str) -> str:
    if not word:
        raise ValueError("no word")
    return word.upper()


@trace(kind="agent")
def answer(word: str) -> str:
    with span("think", kind="chain"):
        look_up("a")
    return look_up(word)


def test_a_trace_is_compared_with_an_outline() -> None:
    """Names, kinds, nesting, order and failures, as one reads them."""
    with capture() as captured:
        with pytest.raises(ValueError, match="no word"):
            answer("")
        look_up("b")
    assert_trace(
        captured,
        """
        answer [agent] ERROR
          think [chain]
            look_up [tool]
          look_up [tool] ERROR
        look_up [tool]
        """,
    )


def test_a_difference_is_shown() -> None:
    """The message has the lines that differ."""
    with capture() as captured:
        look_up("x")
    with pytest.raises(AssertionError, match=r"(?s)-look_up \[llm\].*\+look_up \[tool\]"):
        assert_trace(captured, "look_up [llm]")


def test_ids_and_times_can_be_fixed() -> None:
    """The same code gives the same span in every run."""
    with capture(fixed_source()) as captured:
        answer("x")
    first = captured.roots[0]
    assert first.context is not None
    assert (first.context.trace_id, first.context.span_id) == (1, 1)
    start, end = first.start_time or 0, first.end_time or 0
    assert start == 1_700_000_000_000_000_000
    assert end - start == 7_000_000
    captured.clear()
    assert captured.spans == []


PLUGIN_TEST = """
from spanglass import trace
from spanglass.testing import assert_trace

def test_it(spanglass_spans):
    trace(name="call", kind="tool")(lambda: 1)()
    assert_trace(spanglass_spans, "call [tool]")
    assert spanglass_spans.one("call").context.span_id == 1
"""


def test_the_pytest_fixture_captures(tmp_path: Path) -> None:
    """In a project of its own; the plugin imports nothing of us until the fixture is used."""
    (tmp_path / "test_app.py").write_text(PLUGIN_TEST)
    (tmp_path / "conftest.py").write_text("import sys; assert 'spanglass' not in sys.modules\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "spanglass_pytest", "-p", "no:cacheprovider", str(tmp_path)]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # else it is there by its entry point already
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
