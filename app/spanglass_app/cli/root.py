"""The command's root, its console, and the options that several commands share."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape

from spanglass_app.secret_files import read_secret_files
from spanglass_app.settings import Settings, load
from spanglass_collector.errors import CollectorError
from spanglass_evaluators.errors import EvaluationError

app = typer.Typer(
    help="Traces, judgements and alerts for LLM applications, in one process.\n\n"
    "Start with: spanglass demo. Then: spanglass up, and @trace in your application.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
REDIRECTED_WIDTH = 150
"""Columns of tables that go into a file or a pipe, which have no width of their own."""
console = Console(width=None if sys.stdout.isatty() else REDIRECTED_WIDTH)
errors = Console(stderr=True, width=None if sys.stderr.isatty() else REDIRECTED_WIDTH)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where the embedded store lives. [SPANGLASS_DATA_DIR]")
]
OtlpHttp = Annotated[
    str | None,
    typer.Option("--otlp-http", help="HOST:PORT of OTLP/HTTP, REST and metrics. [SPANGLASS_OTLP_HTTP]"),
]
OtlpGrpc = Annotated[str | None, typer.Option("--otlp-grpc", help="HOST:PORT of OTLP/gRPC. [SPANGLASS_OTLP_GRPC]")]
Sql = Annotated[
    str | None, typer.Option("--sql", help="HOST:PORT of the ClickHouse-compatible endpoint. [SPANGLASS_SQL]")
]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="chdb:///path or clickhouse://user:password@host:8123/database. [SPANGLASS_STORE]"),
]
Config = Annotated[Path | None, typer.Option("--config", help="spanglass.toml. [SPANGLASS_CONFIG]")]
Project = Annotated[str, typer.Option("--project", help="Which project's data.")]


@contextmanager
def explained() -> Iterator[None]:
    """Errors that a person can act on become one line and exit code 1."""
    try:
        yield
    except (CollectorError, EvaluationError, OSError) as error:
        errors.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error


@app.callback()
def _before_any_command() -> None:  # no docstring: it would stand in the help instead of the text above
    with explained():
        read_secret_files(os.environ)


def settings(
    data_dir: Path | None = None,
    otlp_http: str | None = None,
    otlp_grpc: str | None = None,
    sql: str | None = None,
    store: str | None = None,
    config: Path | None = None,
) -> Settings:
    return load(data_dir=data_dir, otlp_http=otlp_http, otlp_grpc=otlp_grpc, sql=sql, store=store, config=config)


def log_to_terminal(level: int = logging.INFO) -> None:
    """Log lines for people on a terminal, plain lines for files."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if sys.stderr.isatty():
        handler = RichHandler(console=errors, show_path=False, rich_tracebacks=False)
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(name)s: %(message)s")
    for name in ("httpx", "httpcore", "uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # What it would warn of, our own error says in one line.
    logging.getLogger("clickhouse_connect").setLevel(logging.ERROR)
