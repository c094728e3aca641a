"""Code of unknown origin runs within limits, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.quality.code.launcher import NO_ISOLATION
from spanglass_evaluators.quality.code.runs import CodeRunsConfig, judge_code
from spanglass_evaluators.quality.code.sandbox import Limits, run_python
from spanglass_evaluators.quality.registrations import REGISTRATIONS

ALLOWED = CodeRunsConfig(network="allow", timeout_s=20, cpu_s=1, memory_mb=256)


def judged(source: str, tests: str = "", config: CodeRunsConfig = ALLOWED) -> Judgement:
    result = judge_code(config, f"Try this:\n```python\n{source}\n```\n", tests)
    assert isinstance(result, Judgement)
    return result


@pytest.mark.parametrize(
    ("source", "label", "why"),
    [
        ("print(sum(range(10)))", "runs", ""),
        ("1 / 0", "fails", "ZeroDivisionError"),
        ("import nowhere_to_be_found", "fails", "ModuleNotFoundError"),
        ("def f(:\n  pass", "syntax", "SyntaxError"),
        ("while True: pass", "timeout", ""),
        ("x = 'a' * (1 << 30)", "fails", "MemoryError"),
        ("open('large', 'wb').write(b'a' * (2 << 20))", "fails", "OSError"),
        ("import sys; sys.exit(3)", "fails", "exit status 3"),
    ],
)
def test_a_program_runs_or_it_is_said_why_not(source: str, label: str, why: str) -> None:
    """To its end, within CPU, memory and file size."""
    found = judged(source)

    assert (found.label, found.explanation, found.value) == (label, why, float(label == "runs"))


def test_declared_tests_are_run_behind_it() -> None:
    """The answer's function passes one and fails the other."""
    source = "def double(x):\n    return 2 * x"

    assert judged(source, "assert double(2) == 4").label == "runs"
    assert judged(source, "assert double(2) == 5").explanation == "AssertionError"


def test_a_program_that_sleeps_is_ended_with_all_it_started() -> None:
    """At the deadline, the whole group of processes."""
    run = run_python("import time\ntime.sleep(600)", Limits(timeout_s=0.5, network="allow"))

    assert run.outcome == "timeout"


def test_it_sees_neither_our_environment_nor_our_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets in variables stay where they are."""
    monkeypatch.setenv("SPANGLASS_SECRET_FOR_THIS_TEST", "x")

    source = (
        f"import os\nassert 'SPANGLASS_SECRET_FOR_THIS_TEST' not in os.environ\nassert os.getcwd() != {os.getcwd()!r}"
    )

    assert judged(source).label == "runs"


def test_without_a_network_or_not_at_all() -> None:
    """Where namespaces are to be had, loopback itself is out of reach; elsewhere nothing is run, and it is said why."""
    reach = "import socket\nsocket.create_connection(('127.0.0.1', 9), 5)"

    result = judge_code(CodeRunsConfig(timeout_s=20), f"```python\n{reach}\n```", "")

    if isinstance(result, Failure):
        assert 'network = "allow"' in result.reason
    else:
        assert (result.label, result.explanation) == ("fails", "OSError")
        assert judged(reach).explanation == "ConnectionRefusedError"


def test_what_cannot_be_isolated_is_not_run(tmp_path: Path) -> None:
    """The launcher leaves before the program starts: here the platform refuses the namespace."""
    mark = tmp_path / "ran"
    program = tmp_path / "program.py"
    program.write_text(f"open({str(mark)!r}, 'w').close()")
    launcher = Path(__file__).parents[4] / "evaluators/spanglass_evaluators/quality/code/launcher.py"
    refuse = (
        "import ctypes, runpy, sys, types; sys.argv = sys.argv[1:];"
        "ctypes.CDLL = lambda *a, **k: types.SimpleNamespace(unshare=lambda flags: -1);"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    arguments = [str(launcher), str(program), "5", str(512 << 20), "deny"]

    done = subprocess.run([sys.executable, "-c", refuse, *arguments], check=False, timeout=60)

    assert done.returncode == NO_ISOLATION
    assert not mark.exists()


def test_an_answer_without_code_is_none() -> None:
    """Unless the setting says that the answer is the program."""
    assert judge_code(ALLOWED, "print(1)", "") == Judgement(None, "no_code")
    bare = judge_code(CodeRunsConfig(network="allow", bare=True), "print(1)", "")
    assert isinstance(bare, Judgement)
    assert bare.label == "runs"


def test_it_is_off_unless_asked_for() -> None:
    """Nobody runs a model's code by accident."""
    assert not next(r for r in REGISTRATIONS if r.name == "code_runs").enabled_by_default
