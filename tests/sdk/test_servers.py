"""Processes that others start: every start method of multiprocessing, gunicorn, uvicorn and celery workers."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from .receiver import Receiver

CALLS = """
import multiprocessing, os, sys
import spanglass
from spanglass import trace

spanglass.init(instrument=False)

@trace(name="child")
def child(carrier):
    with spanglass.extract(carrier), spanglass.span("work"):
        return os.getpid()

@trace(name="parent")
def parent(method):
    process = multiprocessing.get_context(method).Process(target=child, args=(spanglass.inject({}),))
    process.start()
    process.join(30)
    assert process.exitcode == 0

if __name__ == "__main__":
    parent(sys.argv[1])
"""

APP = """
import spanglass
from spanglass import trace

spanglass.init(instrument=False)

@trace(name="at start")
def warm_up(): ...
warm_up()

@trace(name="request")
def answer(): return b"ok"

def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer()]

async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        spanglass.flush()  # uvicorn ends its workers by a signal, which skips exit hooks
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer()})
"""

TASKS = """
import celery, spanglass
from spanglass import trace

spanglass.init(instrument=False)
app = celery.Celery("tasks", broker="memory://", backend="cache+memory://")
app.conf.task_always_eager = True

@app.task
@trace(name="task")
def add(a, b): return a + b

if __name__ == "__main__":
    with spanglass.span("caller"):
        assert add.delay(1, 2).get() == 3
"""


def environment(receiver: Receiver, folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SPANGLASS_"))}
    return {**kept, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "PYTHONPATH": str(folder)}


def needs(package: str) -> None:
    """Skips where the server is not installed; in CI it must be."""
    if importlib.util.find_spec(package) is None:
        assert not os.environ.get("CI"), f"{package} is not installed in CI"
        pytest.skip(f"{package} is not installed")


@contextlib.contextmanager
def server(command: list[str], env: dict[str, str], port: int) -> Iterator[None]:
    """Runs until the block ends, then stops as operators do, with SIGTERM."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port))
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_for(condition: object, limit_s: float = 30) -> None:
    assert callable(condition)
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_deliver_and_continue_the_trace(
    method: str, receiver: Receiver, tmp_path: Path
) -> None:
    """With `inject` and `extract`, the child's work belongs to the parent's trace, by every start method."""
    script = tmp_path / "calls.py"
    script.write_text(CALLS)
    subprocess.run([sys.executable, str(script), method], env=environment(receiver, tmp_path), check=True, timeout=60)
    parent, work = receiver.one("parent"), receiver.one("work")
    assert work.trace_id == parent.trace_id
    assert len({span.span_id for span in receiver.spans}) == len(receiver.spans) == 3


@pytest.mark.parametrize("preload", [True, False])
def test_gunicorn_workers_deliver(preload: bool, receiver: Receiver, tmp_path: Path) -> None:
    """Also when the application was loaded, and tracing started, before the workers were forked."""
    needs("gunicorn")
    (tmp_path / "served.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}", "served:wsgi"]
    with server([*command, *(["--preload"] if preload else [])], environment(receiver, tmp_path), port):
        assert all(answers(port) for _ in range(10))
    wait_for(lambda: len([span for span in receiver.spans if span.name == "request"]) >= 11)
    requests = [span for span in receiver.spans if span.name == "request"]
    assert len({span.span_id for span in requests}) == len(requests)
    assert len([span for span in receiver.spans if span.name == "at start"]) == (1 if preload else 2)


def test_uvicorn_workers_deliver(receiver: Receiver, tmp_path: Path) -> None:
    """Its workers are spawned; each starts tracing on its own, and delivers at the end of the lifespan."""
    (tmp_path / "served.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--workers", "2", "--port", str(port), "served:asgi"]
    with server(command, environment(receiver, tmp_path), port):
        assert all(answers(port) for _ in range(10))
    wait_for(lambda: len([span for span in receiver.spans if span.name == "request"]) >= 11)


def test_celery_tasks_are_traced_where_they_run(receiver: Receiver, tmp_path: Path) -> None:
    """A task that runs eagerly is a child of its caller."""
    needs("celery")
    script = tmp_path / "tasks.py"
    script.write_text(TASKS)
    subprocess.run([sys.executable, str(script)], env=environment(receiver, tmp_path), check=True, timeout=60)
    assert receiver.one("task").parent_span_id == receiver.one("caller").span_id
