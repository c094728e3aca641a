"""The demo command."""

from __future__ import annotations

import logging
import signal
import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer

from spanglass_app.cli.root import (
    Config,
    DataDir,
    OtlpGrpc,
    OtlpHttp,
    Sql,
    app,
    console,
    explained,
    log_to_terminal,
    settings,
)


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Stay up afterwards, until Ctrl-C.")] = False,
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    otlp_grpc: OtlpGrpc = None,
    sql: Sql = None,
    config: Config = None,
) -> None:
    """Two hours of a bank assistant's traffic: stored, judged, alerted on, and shown. Needs nothing else."""
    from spanglass_app.demo.run import run_demo

    log_to_terminal(logging.WARNING)
    with explained(), tempfile.TemporaryDirectory(prefix="spanglass-demo-") as folder:
        chosen = settings(data_dir or Path(folder), otlp_http, otlp_grpc, sql, None, config)
        run_demo(chosen, console, (lambda _: _wait_for_interrupt()) if keep else None)


def _wait_for_interrupt() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
