"""Commands that judge: eval run, eval backfill, eval list, eval explain."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from spanglass_app import reach
from spanglass_app.cli.root import (
    Config,
    DataDir,
    OtlpHttp,
    Project,
    Sql,
    StoreOption,
    app,
    console,
    errors,
    explained,
    settings,
)
from spanglass_app.datasets import versions
from spanglass_app.period import moment
from spanglass_app.settings import Settings
from spanglass_collector.errors import CollectorError, ConfigurationError
from spanglass_collector.store import open_store
from spanglass_evaluators import config as evaluation
from spanglass_evaluators import process
from spanglass_evaluators.contract import target_of
from spanglass_evaluators.engine import explain as why
from spanglass_evaluators.engine.claim import Rescore
from spanglass_evaluators.engine.dataset_items import score_items
from spanglass_evaluators.engine.progress import OnProgress
from spanglass_evaluators.engine.progress import Progress as Step
from spanglass_evaluators.state import JobState, state_of

eval_app = typer.Typer(help="Judge what is stored.", no_args_is_help=True)
app.add_typer(eval_app, name="eval")


@eval_app.command("run")
def run(
    dataset: Annotated[str, typer.Option(help="NAME or NAME@VERSION: judge its items, not the traffic.")] = "",
    project: Project = "default",
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
        if dataset:
            show(_judge_items(chosen, judges, dataset, project))
            return
        with reach.collector(chosen) as reached, progress_bars() as on_progress:
            report = process.run(
                reached.store_url, judges, once=True, on_progress=on_progress, stop_event=threading.Event()
            )
    show([*report.spans.values(), *report.windows])


def _judge_items(chosen: Settings, judges: evaluation.EvaluationConfig, dataset: str, project: str) -> list[Step]:
    with reach.collector(chosen) as reached, open_store(reached.store_url) as opened, progress_bars() as on_progress:
        digest = versions.find(opened, project, dataset)["Digest"]
        now_ns = time.time_ns()
        return [score_items(opened, job, project, digest, now_ns, on_progress) for job in judges.span_jobs]


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
def list_(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """The evaluators that the settings switch on; and how far each is, where there is a store."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        judges = evaluation.from_mapping(chosen.file)
        states = _states(chosen, judges)
    table = Table(
        "evaluator", "version", "judges", "behind", "waiting", "scored", "failed", "note", box=None, header_style="dim"
    )
    for job in judges.span_jobs:
        shown = _state_row(states.get(job.evaluator.name))
        table.add_row(job.evaluator.name, job.evaluator.version, f"{target_of(job.evaluator)}s", *shown)
    for window_job in judges.window_jobs:
        table.add_row(
            window_job.evaluator.name, window_job.evaluator.version, "windows", *[""] * 4, window_job.plan.where
        )
    console.print(table)


@eval_app.command("explain")
def explain(
    trace: Annotated[str, typer.Argument(help="Trace id.")],
    span: Annotated[str, typer.Option(help="Only this span.")] = "",
    evaluator: Annotated[str, typer.Option(help="Only this evaluator.")] = "",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Why a trace, its session and its spans have a score, or have none."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        jobs = evaluation.from_mapping(chosen.file).span_jobs
        asked = [job for job in jobs if evaluator in ("", job.evaluator.name)]
        if not asked:
            raise ConfigurationError(f"no evaluator {evaluator!r} is enabled; see 'spanglass eval list'")
        with reach.store(chosen) as opened:
            findings = [f for job in asked for f in why.explain(opened, job, trace, span, time.time_ns())]
    table = Table("evaluator", "target", "scored", "why", box=None, header_style="dim")
    for finding in findings:
        table.add_row(finding.evaluator, finding.target, "yes" if finding.is_scored else "no", finding.why)
    console.print(table)


def _states(chosen: Settings, judges: evaluation.EvaluationConfig) -> dict[str, JobState]:
    """By evaluator; empty without a store: the list is of the settings."""
    try:
        with reach.store(chosen) as opened:
            return {job.evaluator.name: state_of(opened, job, time.time_ns()) for job in judges.span_jobs}
    except CollectorError as error:
        errors.print(f"[dim]only the settings, no state: {escape(str(error))}[/]", highlight=False, soft_wrap=True)
        return {}


def _state_row(state: JobState | None) -> list[str]:
    if state is None:
        return [""] * 5
    note = state.waiting
    if state.saved_calls is not None:
        usd = "" if state.saved_usd is None else f", {state.saved_usd:.2f} USD"
        note = f"saved in a day: {state.saved_calls:,} calls of the last stage{usd}" + (f"; {note}" if note else "")
    behind = "not run yet" if state.lag_s is None else f"{state.lag_s:,.0f} s"
    return [behind, f"{state.outstanding:,}", f"{state.scored:,}", f"{state.failed:,}", note]


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
    table = Table("evaluator", "scored", "failed", "a second", "why not more", box=None, header_style="dim")
    for step in steps:
        speed = f"{(step.scored + step.failed) / step.seconds:,.0f}" if step.seconds else ""
        table.add_row(step.evaluator, f"{step.scored:,}", f"{step.failed:,}", speed, step.error or step.waiting)
    console.print(table)
