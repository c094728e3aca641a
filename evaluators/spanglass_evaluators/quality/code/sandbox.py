"""Runs Python of unknown origin: own process, own empty folder, no environment, limits, a deadline.

What holds: CPU seconds, memory, file size, no further processes (not for root), no network on Linux where a user
may make namespaces. What does not: it may read whatever the evaluator's user may read. Run the evaluators in a
container where that matters.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from spanglass_evaluators.quality.code.launcher import NO_ISOLATION

_LAUNCHER = Path(__file__).with_name("launcher.py")
_LAST_ERROR = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Iteration))\b", re.MULTILINE)
_READ_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`network`: `deny` does not run at all where the network cannot be taken away; `allow` does."""

    timeout_s: float = 5.0
    cpu_s: int = 4
    memory_mb: int = 512
    network: str = "deny"


@dataclass(frozen=True, slots=True)
class Run:
    """`outcome`: runs, fails, timeout, no_isolation. `error`: the exception's name, never its text."""

    outcome: str
    error: str = ""


def run_python(source: str, limits: Limits) -> Run:
    """Runs the program to its end or its deadline; what it prints is thrown away."""
    with tempfile.TemporaryDirectory(prefix="spanglass-code-") as folder:
        program = Path(folder, "program.py")
        program.write_text(source, encoding="utf-8", errors="replace")
        with Path(folder, "errors").open("w+b") as errors:
            status = _status(program, limits, errors.fileno())
            errors.seek(max(errors.seek(0, os.SEEK_END) - _READ_BYTES, 0))
            said = errors.read().decode("utf-8", "replace")
    if status is None or status == -signal.SIGXCPU:
        return Run("timeout")
    if status == NO_ISOLATION:
        return Run("no_isolation")
    named = _LAST_ERROR.findall(said)
    return Run("runs") if status == 0 else Run("fails", named[-1] if named else f"exit status {status}")


def _status(program: Path, limits: Limits, errors: int) -> int | None:
    """Exit status, negative for a signal; None past the deadline, when the whole process group is killed."""
    arguments = [str(limits.cpu_s), str(limits.memory_mb << 20), limits.network]
    child = subprocess.Popen(  # noqa: S603  running it is the purpose; the limits are the launcher's
        [sys.executable, "-I", "-B", str(_LAUNCHER), str(program), *arguments],
        cwd=program.parent,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    try:
        return child.wait(limits.timeout_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError, PermissionError):  # nobody of the group is left
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
