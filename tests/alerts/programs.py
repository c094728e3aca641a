"""Prometheus' own programs, from the system's packages (make system-packages)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

T = TypeVar("T")


def program(name: str) -> str:
    """Its path. Skips the test where it is not installed, and fails it in CI, where it must be."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed: run make system-packages"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(command: Sequence[str], ready_url: str, log: Path) -> Iterator[None]:
    """The program, from when it says it is ready."""
    with log.open("w") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT) as process:
        try:
            wait_until(lambda: _answers(ready_url), lambda: log.read_text())
            yield
        finally:
            process.terminate()


def wait_until(look: Callable[[], T], explain: Callable[[], str] = lambda: "", *, timeout_s: float = 30.0) -> T:
    """The first truthy answer. Fails with an explanation when time is up."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail(f"not within {timeout_s} s: {explain()[-2000:]}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
