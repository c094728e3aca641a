"""Runs the collector in this process and its companions (evaluators, alerts) in processes of their own.

The companions reach the store through the SQL endpoint; a companion that dies is started again, the collector never
waits for one. Stopping: readiness first, then companions, then the receivers, then what was taken is stored or, past
the deadline or at a second signal, spooled.
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

from spanglass_app import presence
from spanglass_app.settings import Settings
from spanglass_collector.service import Collector, Endpoints

log = logging.getLogger(__name__)

PARENT_PID = "SPANGLASS_PARENT_PID"
RESTART_PAUSE_S = (1.0, 30.0)
COMPANION_STOP_S = 10.0
_ARGUMENTS = {"evaluators": ["evaluators"], "alerts": ["alerts", "run"]}


class Signals:
    """SIGINT and SIGTERM: the first asks to stop, the second to stop now."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()
        self.exit_code = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: int) -> None:
        if self.stop.is_set():
            self.exit_code = 128 + number
            self.hurry.set()
        self.stop.set()


async def run_collector(settings: Settings, console: Console, config: Path | None, companions: Sequence[str]) -> int:
    """Until SIGINT or SIGTERM; returns the exit code: 0, or 128 + the second signal's number when there was one.

    Raises ConfigurationError or StoreError when it cannot start.
    """
    signals = Signals()
    collector = Collector(settings.collector)
    endpoints = await collector.start()
    _greet(console, settings, endpoints)
    tasks = [asyncio.create_task(_keep_running(name, endpoints, config, signals.stop)) for name in companions]
    try:
        with presence.announced(settings.collector, endpoints):
            await signals.stop.wait()
    finally:
        signals.stop.set()
        await _stop_all(collector, tasks, signals, console)
    return signals.exit_code


async def _stop_all(
    collector: Collector, companions: Sequence[asyncio.Task[None]], signals: Signals, console: Console
) -> None:
    collector.withdraw()
    console.print("stopping: storing what was received ...")
    hurry = asyncio.create_task(_hurry(collector, signals))
    if companions:
        ended = asyncio.gather(*companions, return_exceptions=True)
        # In a hurry the companions are left to notice that their parent is gone.
        await asyncio.wait((ended, asyncio.create_task(signals.hurry.wait())), return_when=asyncio.FIRST_COMPLETED)
    await collector.stop()
    hurry.cancel()
    left = f" or in the spool ({collector.left_in_spool} requests)" if collector.left_in_spool else ""
    console.print(f"stopped; everything acknowledged is stored{left}", highlight=False)
    if collector.is_stuck or signals.hurry.is_set():
        # A thread that waits for the store would keep the interpreter from ending.
        sys.stdout.flush()
        os._exit(signals.exit_code)


async def _hurry(collector: Collector, signals: Signals) -> None:
    await signals.hurry.wait()
    collector.hurry()


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
