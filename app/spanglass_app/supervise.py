"""Runs the collector in this process and its companions (evaluators, alerts) in processes of their own.

The companions reach the store through the SQL endpoint; a companion that dies is started again, the collector never
waits for one. Stopping: companions first, then the receivers, then what was taken is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from spanglass_app.settings import Settings
from spanglass_collector.service import Collector, Endpoints

log = logging.getLogger(__name__)

PARENT_PID = "SPANGLASS_PARENT_PID"
RESTART_PAUSE_S = (1.0, 30.0)
COMPANION_STOP_S = 10.0
_ARGUMENTS = {"evaluators": ["evaluators"], "alerts": ["alerts", "run"]}


async def run_collector(settings: Settings, console: Console, config: Path | None, companions: Sequence[str]) -> None:
    """Until SIGINT or SIGTERM. Raises ConfigurationError or StoreError when it cannot start."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    collector = Collector(settings.collector)
    endpoints = await collector.start()
    _greet(console, settings, endpoints)
    tasks = [asyncio.create_task(_keep_running(name, endpoints, config, stop)) for name in companions]
    try:
        await stop.wait()
    finally:
        stop.set()
        console.print("stopping: storing what was received ...")
        await asyncio.gather(*tasks, return_exceptions=True)
        await collector.stop()
        console.print("stopped; everything acknowledged is stored")


async def _keep_running(name: str, endpoints: Endpoints, config: Path | None, stop: asyncio.Event) -> None:
    pause = RESTART_PAUSE_S[0]
    while not stop.is_set():
        started = time.monotonic()
        process = await _start(name, endpoints, config)
        waiting = [asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        waiting[1].cancel()
        if stop.is_set():
            await _stop(process)
            return
        pause = RESTART_PAUSE_S[0] if time.monotonic() - started > 60 else min(pause * 2, RESTART_PAUSE_S[1])
        log.warning("%s ended with exit code %s; starting again in %.0f s", name, process.returncode, pause)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _start(name: str, endpoints: Endpoints, config: Path | None) -> asyncio.subprocess.Process:
    environment = {**os.environ, "SPANGLASS_STORE": endpoints.store_url, PARENT_PID: str(os.getpid())}
    arguments = [*_ARGUMENTS[name], *(["--config", str(config)] if config else [])]
    # A session of its own: Ctrl-C reaches this process alone, which stops its companions in order.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "spanglass_app.command", *arguments, env=environment, start_new_session=True
    )


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), COMPANION_STOP_S)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()


def run_until_signalled(work: Callable[[threading.Event], object]) -> None:
    """Run `work` with an event that SIGINT, SIGTERM, or the death of the supervising process sets."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    parent = os.environ.get(PARENT_PID)
    if parent:
        threading.Thread(target=_watch_parent, args=(int(parent), stop), daemon=True).start()
    work(stop)


def _watch_parent(pid: int, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        if os.getppid() != pid:
            stop.set()


def _greet(console: Console, settings: Settings, endpoints: Endpoints) -> None:
    console.print("[bold]Spanglass is up.[/]")
    console.print(f"  OTLP/HTTP  http://{endpoints.otlp_http}   (also /metrics, /readyz)", highlight=False)
    console.print(f"  OTLP/gRPC  {endpoints.otlp_grpc}", highlight=False)
    if endpoints.sql:
        console.print(f"  SQL        http://{endpoints.sql}   (ClickHouse HTTP, read-only)", highlight=False)
    console.print(f"  data       {settings.collector.data_dir}", highlight=False)
    console.print("Send traces: OTEL_EXPORTER_OTLP_ENDPOINT=" + f"http://{endpoints.otlp_http}", highlight=False)
