"""Commands about alerts: run, check, list, ack, test, export, backtest."""

from __future__ import annotations

import getpass
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from spanglass_app import reach
from spanglass_app.alerting import acknowledge, alert_config, send_test_page
from spanglass_app.backtest import picture, timeline
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
    log_to_terminal,
    settings,
)
from spanglass_app.period import moment
from spanglass_app.supervise import run_until_signalled
from spanglass_collector.alerts import records
from spanglass_collector.alerts.channels.contract import Delivered
from spanglass_collector.alerts.export import FORMATS
from spanglass_collector.alerts.replay import Stretch, Track, replay
from spanglass_collector.alerts.rules import read_rules
from spanglass_collector.alerts.silences import Acknowledgement, load_acknowledgements
from spanglass_collector.alerts.table import parse_duration_s
from spanglass_collector.errors import ConfigurationError

alerts_app = typer.Typer(help="Alert rules and their delivery.", no_args_is_help=True)
app.add_typer(alerts_app, name="alerts")

RulesFile = Annotated[Path, typer.Argument(help="A rules file (TOML or YAML) or a spanglass.toml.", exists=True)]


@alerts_app.command("run")
def run(data_dir: DataDir = None, sql: Sql = None, store: StoreOption = None, config: Config = None) -> None:
    """Evaluate alert rules and deliver notifications until stopped."""
    log_to_terminal()
    with explained():
        from spanglass_app.workers import run_alerts

        chosen = settings(data_dir=data_dir, sql=sql, store=store, config=config)
        run_until_signalled(lambda stop: run_alerts(chosen, stop))


@alerts_app.command("check")
def check(rules: RulesFile) -> None:
    """Read a rules file and show what it asks; a mistake is named with its line."""
    with explained():
        found = read_rules(rules)
    table = Table("rule", "kind", "fires when", "for", "severity", "pages", box=None, header_style="dim")
    for rule in found:
        condition = f"{rule.op} {rule.threshold:g} {rule.unit}".strip()
        pages = "each alert" if rule.page_per is None else "one" if not rule.page_per else ", ".join(rule.page_per)
        table.add_row(rule.name, rule.kind, condition, f"{rule.terms.for_s:g} s", rule.severity, pages)
    console.print(table)


@alerts_app.command("list")
def list_(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Alerts that are pending or firing, who was told, and who took them."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        with reach.store(chosen) as opened:
            found = sorted(records.load_open(opened), key=lambda r: (r.project, r.rule, r.instance))
            acks = load_acknowledgements(opened, sorted({r.dedup_key for r in found}))
    table = Table("state", "severity", "since", "summary", "told", "page", box=None, header_style="dim")
    for r in found:
        ack = acks.get((r.dedup_key, r.standing.since))
        told = f"taken by {ack.by}" if ack else "yes" if r.told else r.muted_by or "not yet"
        since, page = f"{r.standing.since:%Y-%m-%d %H:%M:%S}", r.dedup_key.rpartition("/")[2][:12]
        table.add_row(r.standing.phase.value, r.severity, since, escape(r.summary), escape(told), page)
    console.print(table if found else "nothing is pending or firing")


@alerts_app.command("ack")
def ack(
    page: Annotated[str, typer.Argument(help="The page's key, as 'spanglass alerts list' shows it.")],
    comment: Annotated[str, typer.Option(help="For whoever reads the page.")] = "",
    by: Annotated[str, typer.Option(help="Who takes it; default: you.")] = "",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Take a page: channels that know acknowledgement (PagerDuty, Opsgenie) acknowledge it, others say who took it."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        now = datetime.now(timezone.utc)
        taken = Acknowledgement("", page, now, now, by or getpass.getuser(), comment)
        with reach.store(chosen) as opened:
            said = acknowledge(opened, alert_config(chosen), taken)
    console.print(f"taken: {said.summary}", highlight=False, markup=False, soft_wrap=True)


@alerts_app.command("test")
def page(
    channel: Annotated[str, typer.Argument(help="The channel's name under [alerts.channels].")],
    keep_open: Annotated[bool, typer.Option("--keep-open", help="Do not resolve it again.")] = False,
    config: Config = None,
) -> None:
    """Send a test page through a channel, then resolve it; exit 1 when the other side does not take it."""
    with explained():
        chosen = alert_config(settings(config=config))
        for event in ("trigger",) if keep_open else ("trigger", "resolve"):
            outcome = send_test_page(chosen, channel, os.environ, datetime.now(timezone.utc), event=event)
            if not isinstance(outcome, Delivered):
                raise ConfigurationError(f"{channel} did not take the {event}: {outcome.reason}")
            console.print(f"{channel} took the {event}", highlight=False, markup=False)


@alerts_app.command("export")
def export(
    format_: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))],
    project: Annotated[str, typer.Option("--project", help="Whose data Grafana's rules ask.")] = "default",
    out: Annotated[Path | None, typer.Option("--out", help="A file; else the terminal.")] = None,
    config: Config = None,
) -> None:
    """The configured rules for Grafana, Prometheus or Alertmanager. Secrets become names of variables or files."""
    with explained():
        if format_ not in FORMATS:
            raise ConfigurationError(f"--format must be one of {', '.join(FORMATS)}, not {format_!r}")
        text = FORMATS[format_](alert_config(settings(config=config)), project)
        if out is not None:
            out.write_text(text, encoding="utf-8")
            return
    typer.echo(text, nl=False)


@alerts_app.command("backtest")
def backtest(
    rules: RulesFile,
    since: Annotated[str, typer.Option(help="15m, 2h, 7d, or an ISO time.")] = "7d",
    until: Annotated[str, typer.Option(help="As --since.")] = "0s",
    step: Annotated[str, typer.Option(help="Time between two passes.")] = "5m",
    project: Project = "default",
    out: Annotated[Path | None, typer.Option("--out", help="A picture (.svg or .png) of all rules.")] = None,
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Replay history and show when each rule would have paged. Nothing is written and nobody is told."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        stretch = _stretch(project, since, until, step)
        found = read_rules(rules)
        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with (
            reach.store(chosen) as opened,
            Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bars,
        ):
            task = bars.add_task("", total=len(stretch))
            tracks = replay(opened, found, stretch, quiets=(), on_pass=lambda: bars.advance(task))
        _show(tracks)
        if out is not None:
            picture(tracks, out)
            console.print(f"drawn: {out}", highlight=False, markup=False)


def _stretch(project: str, since: str, until: str, step: str) -> Stretch:
    now = datetime.now(timezone.utc)
    start, end, step_s = moment(since, now), moment(until, now), parse_duration_s(step)
    if not step_s:
        raise ConfigurationError(f"--step must be a duration such as 1m or 1h, not {step!r}")
    if end <= start:
        raise ConfigurationError(f"--until {until} lies before --since {since}")
    return Stretch(project, start, end, timedelta(seconds=step_s))


def _show(tracks: list[Track]) -> None:
    table = Table("rule", "pages", "firing", "first page", "timeline", box=None, header_style="dim")
    for track in tracks:
        first = track.episodes[0].began.strftime("%Y-%m-%d %H:%M") if track.episodes else ""
        firing = str(track.firing) if track.episodes else ""
        table.add_row(track.rule.name, str(len(track.episodes)), firing, first, timeline(track))
    console.print(table)
    for track in tracks:
        if track.failure is not None:
            reason = f"{track.rule.name} could not be asked: {track.failure.reason}"
            errors.print(reason, style="yellow", highlight=False, markup=False, soft_wrap=True)
