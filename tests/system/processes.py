"""Real `spanglass` processes on free ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


class SpanglassProcess:
    """`spanglass COMMAND` over one data directory; may be killed and started again on the same ports."""

    def __init__(self, data_dir: Path, command: str = "collector", *options: str) -> None:
        self.data_dir = data_dir
        self.http_port, self.grpc_port, self.sql_port = free_ports(3)
        self._command = [command, *options]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def options(self) -> list[str]:
        return [
            "--data-dir",
            str(self.data_dir),
            "--otlp-http",
            f"127.0.0.1:{self.http_port}",
            "--sql",
            f"127.0.0.1:{self.sql_port}",
        ]

    def start(self) -> None:
        """Returns when it is ready; fails with its output when it ends before that."""
        arguments = [*self._command, *self.options, "--otlp-grpc", f"127.0.0.1:{self.grpc_port}"]
        self.log = self.data_dir.parent / f"{self.data_dir.name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spanglass_app.command", *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"spanglass ended with {self.process.returncode}: {self.log.read_text()}")
            try:
                if httpx.get(f"{self.endpoint}/readyz", timeout=1).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready after 60 s: {self.log.read_text()}")

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.process.kill()
        self.process.wait()

    def interrupt(self, timeout_s: float = 30) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout_s)

    def wait_until_stored(self) -> None:
        """Until nothing that was acknowledged from the spool waits for the store."""
        deadline = time.monotonic() + 60
        while any(self.spooled("pending")):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def spooled(self, state: str) -> list[float]:
        """Requests' records in this state of the spool, for each signal."""
        lines = httpx.get(f"{self.endpoint}/metrics", timeout=10).text.splitlines()
        prefix, state = "spanglass_spool_records{", f'state="{state}"'
        return [float(line.split()[-1]) for line in lines if line.startswith(prefix) and state in line]

    def query(self, sql: str) -> str:
        answer = httpx.post(f"http://127.0.0.1:{self.sql_port}/", content=sql, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `spanglass` command against this process."""
        return subprocess.run(
            [sys.executable, "-m", "spanglass_app.command", *arguments, *self.options],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
