"""Commands about silences: add, list, remove."""

from __future__ import annotations

import getpass
import secrets
from datetime import datetime, timedelta, timezone
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from spanglass_app import reach
from spanglass_app.cli.root import Config, DataDir, OtlpHttp, Sql, StoreOption, app, console, explained, settings
from spanglass_app.period import moment
from spanglass_collector.alerts.quiet import Matcher, Silence
from spanglass_collector.alerts.silences import add_silence, load_silences, remove_silence
from spanglass_collector.alerts.table import parse_duration_s
from spanglass_collector.errors import ConfigurationError

silence_app = typer.Typer(help="Keep alerts quiet for a time.", no_args_is_help=True)
app.add_typer(silence_app, name="silence")


@silence_app.command("add")
def add(
    matchers: Annotated[list[str], typer.Argument(help="rule=NAME, ServiceName=~chat.*, severity!=critical, ...")],
    for_: Annotated[str, typer.Option("--for", help="How long: 30m, 2h, 1d.")] = "2h",
    start: Annotated[str, typer.Option("--start", help="An ISO time; default: now.")] = "",
    project: Annotated[str, typer.Option("--project", help="Only this project's alerts; default: all.")] = "",
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    by: Annotated[str, typer.Option(help="Who; default: you.")] = "",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Say nothing of alerts that match. One that fires on when the silence ends is said then."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        now = datetime.now(timezone.utc)
        length_s = parse_duration_s(for_)
        if not length_s:
            raise ConfigurationError(f"--for must be a duration such as 30m, 2h or 1d, not {for_!r}")
        begins = moment(start, now) if start else now
        silence = Silence(
            secrets.token_hex(4), project, tuple(Matcher.parse(text) for text in matchers), begins,
            begins + timedelta(seconds=length_s), comment, by or getpass.getuser(),
        )  # fmt: skip
        with reach.store(chosen) as opened:
            add_silence(opened, silence, now)
    console.print(f"{silence.id} until {silence.ends_at:%Y-%m-%d %H:%M:%S} UTC", highlight=False)


@silence_app.command("list")
def list_(
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Silences that hold or will hold."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        with reach.store(chosen) as opened:
            found = load_silences(opened, datetime.now(timezone.utc))
    table = Table("id", "project", "matchers", "from", "until", "by", "why", box=None, header_style="dim")
    for s in found:
        times = [f"{at:%Y-%m-%d %H:%M}" for at in (s.starts_at, s.ends_at)]
        matchers = escape(" ".join(map(str, s.matchers)))
        table.add_row(s.id, s.project or "all", matchers, *times, escape(s.created_by), escape(s.comment))
    console.print(table if found else "nothing is silenced")


@silence_app.command("remove")
def remove(
    silence: Annotated[str, typer.Argument(help="Its id.")],
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """End a silence now."""
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        with reach.store(chosen) as opened:
            remove_silence(opened, silence, datetime.now(timezone.utc))
    console.print(f"{silence} is ended", highlight=False)
