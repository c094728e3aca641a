"""`spanglass run`: a program that does not know of us is traced, and notices nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spanglass.run.command import UsageError, command_of, take_options

from .receiver import Receiver, attributes

PROGRAM = """
import subprocess, sys, os, httpx
from openai import OpenAI
reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "gpt-x", "choices": [
    {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hey"}}]}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=reply))
client = OpenAI(api_key="k", base_url="http://model.invalid", http_client=httpx.Client(transport=transport))
client.chat.completions.create(model="gpt-x", messages=[{"role": "user", "content": "hi"}])
print(sys.argv[1:], __name__, os.path.basename(sys.argv[0]))
sys.exit(3)
"""


def run_command(arguments: list[str], cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SPANGLASS_"))}
    command = [sys.executable, "-m", "spanglass", "run", *arguments]
    return subprocess.run(
        command, cwd=cwd, env={**environ, **more}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("target", [["app.py"], ["-m", "app"]])
def test_a_program_is_traced_without_a_line_of_ours(tmp_path: Path, receiver: Receiver, target: list[str]) -> None:
    """Arguments, exit code and `__main__` are its own; its model call arrives under the service's name."""
    pytest.importorskip("openai")
    (tmp_path / "app.py").write_text(PROGRAM)
    options = ["--endpoint", receiver.endpoint, "--service=shop"]
    done = run_command([*options, *target, "--flag", "x"], tmp_path)
    assert (done.returncode, done.stdout) == (3, "['--flag', 'x'] __main__ app.py\n"), done.stderr
    assert "spanglass traces openai" in done.stderr
    (span,) = receiver.spans
    assert attributes(span)["gen_ai.request.model"] == "gpt-x"
    assert attributes(receiver.requests[0].resource_spans[0].resource)["service.name"] == "shop"


def test_the_environments_own_sitecustomize_still_runs(tmp_path: Path) -> None:
    """Ours comes first and calls the one it hides."""
    (tmp_path / "sitecustomize.py").write_text("import os; os.environ['SEEN'] = 'yes'\n")
    (tmp_path / "app.py").write_text("import os, sys; print(os.environ.get('SEEN'), 'spanglass' in sys.modules)\n")
    done = run_command(["--quiet", "app.py"], tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.stdout, done.stderr) == ("yes True\n", "")


def test_the_command_works_where_only_the_sdk_is_installed(tmp_path: Path) -> None:
    """`spanglass run` is answered before the collector's libraries are needed."""
    code = (
        "import sys; sys.modules['typer'] = None; sys.argv = ['spanglass', 'run', '--help'];"
        "from spanglass_app.command import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Usage: spanglass run")


@pytest.mark.parametrize("arguments", [["--nonsense", "app.py"], ["--service"], [], ["no-such-command-anywhere"]])
def test_a_wrong_command_line_is_explained(arguments: list[str]) -> None:
    """Unknown options, missing values and programs that do not exist are errors with a next step."""
    with pytest.raises(UsageError):
        command_of(take_options(arguments, {}))
