"""A killed evaluator process loses no score and doubles none; a terminated one ends by itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROCESS = str(Path(__file__).with_name("evaluating_process.py"))


def start(step: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, PROCESS, step, url], stdout=subprocess.PIPE, text=True)


def finish(step: str, url: str) -> str:
    process = start(step, url)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output


def wait_for_scores(process: subprocess.Popen[str], at_least: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= at_least:
            return


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A path of its own: the engine is one process a path, and these processes come one after another."""
    found = f"chdb://{tmp_path / 'store'}"
    finish("prepare", found)
    return found


def test_a_killed_process_is_carried_on(url: str) -> None:
    """SIGKILL in the middle: the next process scores the rest, and every span has one score."""
    killed = start("forever", url)
    wait_for_scores(killed, at_least=50)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)

    scored_after = int(finish("once", url).split()[-1])

    assert 0 < scored_after < 400
    scores, spans, rows = map(int, finish("count", url).split())
    assert (scores, spans) == (400, 400)
    assert rows <= 410  # the batch that was under way may have been written twice; readers see it once


def test_a_terminated_process_ends_well(url: str) -> None:
    """SIGTERM: the batch under way is written, the exit code is 0."""
    process = start("forever", url)
    wait_for_scores(process, at_least=20)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert process.returncode == 0
    scores, spans, _ = map(int, finish("count", url).split())
    assert scores == spans >= 20
