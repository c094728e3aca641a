"""Commands about what is stored: import, report, doctor, migrate."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from spanglass_app import reach
from spanglass_app.cli.root import (
    Config,
    DataDir,
    OtlpGrpc,
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
from spanglass_app.conversations.importer import Importer, ImportReport
from spanglass_app.doctor import examine
from spanglass_app.period import moment
from spanglass_app.reports.tables import report as report_tables
from spanglass_app.settings import Settings
from spanglass_collector.service import prepare_store
from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.migrate import pending

SHOWN_ERRORS = 20


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="JSON Lines files, gzip or plain.", exists=True, dir_okay=False)],
    project: Project = "default",
    service: Annotated[str, typer.Option(help="service.name for lines that name none.")] = "",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    otlp_grpc: OtlpGrpc = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Import recorded conversations. Importing a file twice adds nothing; bad lines are listed, the rest is kept.

    A line is a JSON object with "messages" (OpenAI chat shape) and, as far as known, "response", "model", "usage",
    "time", "duration_s", "id", "user", "session", "metadata", "reference", "cost_usd".
    """
    with explained():
        chosen = settings(data_dir, otlp_http, otlp_grpc, sql, store, config)
        reports = _import(chosen, files, project, service)
    for path, report in zip(files, reports, strict=True):
        _print_import(path, report)
    if any(report.errors for report in reports):
        raise typer.Exit(2)


def _import(chosen: Settings, files: list[Path], project: str, service: str) -> list[ImportReport]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with reach.collector(chosen) as reached, open_store(reached.store_url) as opened:
        importer = Importer(reached.endpoint, opened, project=project, api_key=chosen.local_key, service=service)
        with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
            reports = []
            for path in files:
                task = progress.add_task(escape(path.name), total=path.stat().st_size)
                reports.append(importer.run(path, lambda n, task=task: progress.advance(task, n)))  # type: ignore[misc]
            return reports


def _print_import(path: Path, report: ImportReport) -> None:
    console.print(
        f"{path}: {report.lines} lines, {report.stored} stored, {report.known} known already, "
        f"{len(report.errors)} bad, {report.blank} blank",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    for error in report.errors[:SHOWN_ERRORS]:
        errors.print(f"  {error}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    if len(report.errors) > SHOWN_ERRORS:
        errors.print(f"  ... and {len(report.errors) - SHOWN_ERRORS} more", style="yellow")


@app.command()
def report(
    project: Project = "default",
    since: Annotated[str, typer.Option(help="15m, 2h, 7d, 'all', or an ISO time.")] = "7d",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Traffic, latency, cost, scores, drift and alerts as terminal tables."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        start = moment(since, datetime.now(timezone.utc))
        with reach.store(chosen) as opened:
            console.print(report_tables(opened, project, start))


@app.command()
def migrate(
    data_dir: DataDir = None,
    store: StoreOption = None,
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what is missing; exit 1 if anything is.")] = False,
) -> None:
    """Bring the store's schema up to date. The collector does this at start, too."""
    with explained():
        url = StoreUrl.parse(settings(data_dir=data_dir, store=store, config=config).collector.store_url)
        if check:
            _check_migrations(url)
            return
        for name in prepare_store(url) or ["the schema was current"]:
            console.print(name, highlight=False)


def _check_migrations(url: StoreUrl) -> None:
    with open_store(url, create_database=True) as opened:
        missing = pending(opened, url)
    for name in missing:
        console.print(f"missing: {name}", highlight=False)
    if missing:
        raise typer.Exit(1)
    console.print("the schema is current")


@app.command()
def doctor(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    otlp_grpc: OtlpGrpc = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Check a running Spanglass and say what to do about what is wrong."""
    with explained():
        findings = examine(settings(data_dir, otlp_http, otlp_grpc, sql, store, config))
    for finding in findings:
        mark = {"ok": "[green]ok   [/]", "warn": "[yellow]warn [/]", "fail": "[red]FAIL [/]"}[finding.level]
        console.print(f"{mark} {finding.subject}: {escape(finding.text)}", highlight=False, soft_wrap=True)
    if any(finding.level == "fail" for finding in findings):
        raise typer.Exit(1)
