"""Commands that judge: eval run, eval backfill, eval list."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from spanglass_app import reach
from spanglass_app.cli.root import (
    Config,
    DataDir,
    OtlpHttp,
    Sql,
    StoreOption,
    app,
    console,
    errors,
    explained,
    settings,
)
from spanglass_app.period import moment
from spanglass_evaluators import config as evaluation
from spanglass_evaluators import process
from spanglass_evaluators.engine.claim import Rescore
from spanglass_evaluators.engine.progress import OnProgress
from spanglass_evaluators.engine.progress import Progress as Step

eval_app = typer.Typer(help="Judge what is stored.", no_args_is_help=True)
app.add_typer(eval_app, name="eval")


@eval_app.command("run")
def run(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Score everything outstanding once, compare every window, and show what was done."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        judges = evaluation.from_mapping(chosen.file)
        with reach.collector(chosen) as reached, progress_bars() as on_progress:
            report = process.run(
                reached.store_url, judges, once=True, on_progress=on_progress, stop_event=threading.Event()
            )
    show([*report.spans.values(), *report.windows])


@eval_app.command("backfill")
def backfill(
    since: Annotated[str, typer.Option(help="15m, 2h, 7d, 'all', or an ISO time.")] = "7d",
    until: Annotated[str, typer.Option(help="As --since.")] = "0s",
    rescore: Annotated[bool, typer.Option("--rescore", help="Also what this evaluator version judged before.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Also what could not be judged before.")] = False,
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Score history, whatever was scored up to: after a change of an evaluator or its settings."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        judges = evaluation.from_mapping(chosen.file)
        now = datetime.now(timezone.utc)
        again: Rescore = "all" if rescore else "failed" if retry_failed else ""
        bounds = [int(moment(text, now).timestamp() * 1e9) for text in (since, until)]
        with reach.collector(chosen) as reached, progress_bars() as on_progress:
            report = process.backfill(
                reached.store_url, judges, bounds[0], bounds[1], rescore=again, on_progress=on_progress
            )
    show(report.values())


@eval_app.command("list")
def list_(config: Config = None) -> None:
    """The evaluators that the settings switch on."""
    with explained():
        judges = evaluation.from_mapping(settings(config=config).file)
    table = Table("evaluator", "version", "judges", "where", box=None, header_style="dim")
    for job in judges.span_jobs:
        table.add_row(job.evaluator.name, job.evaluator.version, "spans", job.evaluator.where)
    for window_job in judges.window_jobs:
        table.add_row(window_job.evaluator.name, window_job.evaluator.version, "windows", window_job.plan.where)
    console.print(table)


@contextmanager
def progress_bars() -> Iterator[OnProgress]:
    """One bar an evaluator, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bars:

        def on_progress(step: Step) -> None:
            if step.evaluator not in tasks:
                tasks[step.evaluator] = bars.add_task(step.evaluator, total=None)
            done = step.scored + step.failed
            bars.update(tasks[step.evaluator], completed=done, total=max(done, step.outstanding) or None)

        yield on_progress


def show(steps: Iterable[Step]) -> None:
    table = Table("evaluator", "scored", "failed", "error", box=None, header_style="dim")
    for step in steps:
        table.add_row(step.evaluator, f"{step.scored:,}", f"{step.failed:,}", step.error)
    console.print(table)
