"""Commands that stay: up, collector, evaluators."""

from __future__ import annotations

from typing import Annotated

import typer

from spanglass_app.cli.root import (
    Config,
    DataDir,
    OtlpGrpc,
    OtlpHttp,
    Sql,
    StoreOption,
    app,
    console,
    explained,
    log_to_terminal,
    settings,
)
from spanglass_app.supervise import run_collector, run_until_signalled
from spanglass_collector.event_loop import run


@app.command()
def up(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    otlp_grpc: OtlpGrpc = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Run everything: collector, evaluators and alerts. Ctrl-C stops cleanly and loses nothing."""
    log_to_terminal()
    with explained():
        from spanglass_app.workers import check

        chosen = settings(data_dir, otlp_http, otlp_grpc, sql, store, config)
        check(chosen)
        code = run(run_collector(chosen, console, config, companions=("evaluators", "alerts")))
    raise typer.Exit(code)


@app.command()
def collector(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    otlp_grpc: OtlpGrpc = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Run the collector alone: OTLP in, ClickHouse out."""
    log_to_terminal()
    with explained():
        chosen = settings(data_dir, otlp_http, otlp_grpc, sql, store, config)
        code = run(run_collector(chosen, console, config, companions=()))
    raise typer.Exit(code)


@app.command()
def evaluators(
    data_dir: DataDir = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help="Score what is outstanding, then stop.")] = False,
) -> None:
    """Run the evaluators against a running collector, or a ClickHouse server."""
    log_to_terminal()
    with explained():
        from spanglass_app.workers import run_evaluators

        chosen = settings(data_dir=data_dir, sql=sql, store=store, config=config)
        run_until_signalled(lambda stop: run_evaluators(chosen, stop, once=once))
