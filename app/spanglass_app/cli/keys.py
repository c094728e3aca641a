"""`spanglass keys`: who may send and read. Changes take effect in a running collector with the next request."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.table import Table

from spanglass_app.cli.root import Config, DataDir, app, console, errors, explained, settings
from spanglass_app.period import duration_s
from spanglass_collector.access import ALL_PROJECTS, Key, Quota, Scope, check_project_name
from spanglass_collector.access.file import KeyFile
from spanglass_collector.access.key import digest, new_secret
from spanglass_collector.access.used import read_last_use

keys_app = typer.Typer(help="API keys: create, list, rotate, revoke.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")

Scopes = Annotated[
    list[Scope] | None, typer.Option("--scope", help="May be given several times; ingest when left out.")
]
Prefix = Annotated[str, typer.Argument(help="The key's visible part, as 'keys list' shows it: sg_ and 8 characters.")]


@keys_app.command()
def create(
    scope: Scopes = None,
    project: Annotated[str, typer.Option("--project", help="The one project the key opens.")] = "default",
    all_projects: Annotated[bool, typer.Option("--all-projects", help="Opens every project.")] = False,
    name: Annotated[str, typer.Option("--name", help="For whom or what it is.")] = "",
    expires: Annotated[str, typer.Option("--expires", help="After this time it opens nothing: 12h, 90d.")] = "",
    requests_per_s: Annotated[float | None, typer.Option("--requests-per-s", min=0.01)] = None,
    bytes_per_s: Annotated[float | None, typer.Option("--bytes-per-s", min=1)] = None,
    spans_per_day: Annotated[int | None, typer.Option("--spans-per-day", min=1)] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make a key. It is printed once, alone on standard output, and kept only as a hash."""
    with explained():
        file = _file(data_dir, config)
        if not all_projects:
            check_project_name(project)
        now_s = time.time()
        key = Key(
            prefix="",
            digest="",
            project=ALL_PROJECTS if all_projects else project,
            scopes=frozenset(scope or [Scope.INGEST]),
            name=name,
            expires_at=now_s + duration_s(expires) if expires else None,
            quota=Quota(requests_per_s, bytes_per_s, spans_per_day),
        )
        _add(file, key, now_s)


@keys_app.command("list")
def list_keys(data_dir: DataDir = None, config: Config = None) -> None:
    """Show every key: what it opens, until when, and when it was last used (to the minute)."""
    with explained():
        chosen = settings(data_dir=data_dir, config=config).collector
        used = read_last_use(chosen.data_dir / "keys-used.json")
        table = Table("key", "name", "project", "scopes", "state", "created", "last used", "quota")
        for key in KeyFile(chosen.key_file).read():
            scopes = ", ".join(sorted(scope.value for scope in key.scopes))
            state, last = _state(key, time.time()), _moment(used.get(key.prefix))
            project = "all" if key.project == ALL_PROJECTS else key.project
            table.add_row(
                key.prefix, key.name, project, scopes, state, _moment(key.created_at), last, _quota(key.quota)
            )
        console.print(table)


@keys_app.command()
def rotate(
    prefix: Prefix,
    overlap: Annotated[str, typer.Option("--overlap", help="How long the old key still works: 0s, 24h.")] = "24h",
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make a new key with the same rights; the old one ends after the overlap."""
    with explained():
        file = _file(data_dir, config)
        now_s = time.time()
        old = file.find(prefix)
        ends_at = now_s + duration_s(overlap)
        _add(file, replace(old, revoked_at=None), now_s)
        file.revoke(prefix, min(ends_at, old.revoked_at or ends_at))
        errors.print(f"{prefix} works until {_moment(ends_at)}", highlight=False)


@keys_app.command()
def revoke(prefix: Prefix, data_dir: DataDir = None, config: Config = None) -> None:
    """End a key now. Senders that still use it are told 401 and drop their data."""
    with explained():
        _file(data_dir, config).revoke(prefix, time.time())
        console.print(f"{prefix} is revoked", highlight=False)


def _file(data_dir: DataDir, config: Config) -> KeyFile:
    return KeyFile(settings(data_dir=data_dir, config=config).collector.key_file)


def _add(file: KeyFile, key: Key, now_s: float) -> None:
    prefix, secret = new_secret()
    file.add(replace(key, prefix=prefix, digest=digest(secret), created_at=now_s))
    typer.echo(secret)
    errors.print("This is the only time the key is shown. Senders set, for example:", highlight=False)
    errors.print("  SPANGLASS_API_KEY=... or OTEL_EXPORTER_OTLP_HEADERS=x-api-key=...", highlight=False)
    if key.project == ALL_PROJECTS and key.allows(Scope.READ):
        errors.print("It may use the SQL endpoint, and so read everything in every project.", highlight=False)


def _state(key: Key, now_s: float) -> str:
    if key.is_active(now_s):
        ends = [at_s for at_s in (key.expires_at, key.revoked_at) if at_s]
        return f"until {_moment(min(ends))}" if ends else "active"
    return "revoked" if key.revoked_at is not None and key.revoked_at <= now_s else "expired"


def _moment(at_s: float | None) -> str:
    return f"{datetime.fromtimestamp(at_s, timezone.utc):%Y-%m-%d %H:%M} UTC" if at_s else "never"


def _quota(quota: Quota) -> str:
    named = ((quota.requests_per_s, "req/s"), (quota.bytes_per_s, "B/s"), (quota.spans_per_day, "spans/day"))
    return ", ".join(f"{value:g} {unit}" for value, unit in named if value is not None) or "none"
