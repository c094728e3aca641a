"""spanglass spool: what waits for the store, what it refused, and what to do about it.

Works beside a running collector and without one. Beside one, that collector drains; the command only changes states.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from spanglass_app.cli.root import Config, DataDir, StoreOption, app, console, errors, explained, settings
from spanglass_app.settings import Settings
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.spool.ledger import DEAD, NAMES, PENDING
from spanglass_collector.spool.owner import OwnerLock
from spanglass_collector.spool.queue import Spool
from spanglass_collector.spool.record import DeadLetter, Total

ALL = 1_000_000_000
POLL_S = 0.2

spool_app = typer.Typer(help="What waits for the store, and what it refused.", no_args_is_help=True)
app.add_typer(spool_app, name="spool")

Limit = Annotated[int, typer.Option("--limit", min=1, help="Dead letters that are shown.")]
Ids = Annotated[list[int] | None, typer.Argument(help="Ids as 'inspect' shows them; all dead letters without.")]
Timeout = Annotated[float, typer.Option("--timeout", help="Seconds to wait for the store.")]


@spool_app.command("inspect")
def inspect(data_dir: DataDir = None, config: Config = None, limit: Limit = 20) -> None:
    """Show the spool's books, and the oldest dead letters with the store's reason."""
    with explained(), _opened(settings(data_dir=data_dir, config=config)) as spool:
        console.print(_books(spool.totals()))
        letters = spool.dead_letters(limit)
        if letters:
            console.print(_letters(letters))


@spool_app.command("replay")
def replay(
    ids: Ids = None,
    data_dir: DataDir = None,
    store: StoreOption = None,
    config: Config = None,
    timeout_s: Timeout = 300.0,
) -> None:
    """Give dead letters to the store once more, and wait until nothing is pending. Exit code 2 when something is."""
    with explained():
        chosen = settings(data_dir=data_dir, store=store, config=config)
        with _opened(chosen) as spool:
            revived = spool.revive(_chosen(spool, ids))
        console.print(f"{revived} dead letters wait for the store again", highlight=False)
        with _draining(chosen), _opened(chosen) as spool:
            left = _watch(spool, time.monotonic() + timeout_s)
            dead = len(spool.dead_letters(ALL))
    console.print(f"{left} requests pending, {dead} dead letters", highlight=False)
    if left or dead:
        raise typer.Exit(2)


@spool_app.command("drop")
def drop(
    ids: Ids = None,
    data_dir: DataDir = None,
    config: Config = None,
    pending: Annotated[bool, typer.Option("--pending", help="Drop what waits for the store instead.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete dead letters for good; they were acknowledged, so their senders have them no more."""
    with explained(), _opened(settings(data_dir=data_dir, config=config)) as spool:
        state = PENDING if pending else DEAD
        chosen = _chosen(spool, ids, state)
        if chosen and not yes:
            typer.confirm(f"Delete {len(chosen)} {state} requests for good?", abort=True)
        console.print(f"{spool.drop(chosen, state)} requests dropped", highlight=False)


@contextmanager
def _opened(chosen: Settings) -> Iterator[Spool]:
    """Raises ConfigurationError when there is no spool, or it cannot be used."""
    folder = chosen.collector.spool_dir
    if not folder.exists():
        raise ConfigurationError(f"there is no spool under {folder}: name the collector's --data-dir")
    try:
        spool = Spool(folder, chosen.collector.spool)
    except sqlite3.Error as error:
        raise ConfigurationError(f"the spool under {folder} cannot be used: {error}") from error
    try:
        yield spool
    finally:
        spool.close()


@contextmanager
def _draining(chosen: Settings) -> Iterator[None]:
    """The running collector drains; without one, a collector of our own does, for as long as this lasts."""
    lock = OwnerLock(chosen.collector.spool_dir)
    is_mine = lock.acquire()
    lock.release()
    if not is_mine:
        yield
        return
    anywhere = Address("127.0.0.1", 0)
    with BackgroundCollector(replace(chosen.collector, otlp_http=anywhere, otlp_grpc=anywhere, sql=anywhere)):
        yield


def _chosen(spool: Spool, ids: Sequence[int] | None, state: str = DEAD) -> list[int]:
    letters = spool.dead_letters(ALL) if state == DEAD else spool.pending(ALL)
    known = [letter.id for letter in letters]
    unknown = set(ids or ()) - set(known)
    if unknown:
        raise ConfigurationError(f"no {state} request has the id {', '.join(map(str, sorted(unknown)))}")
    return list(ids) if ids else known


def _watch(spool: Spool, deadline: float) -> int:
    """Show how the spool drains; returns how many requests are pending at the end."""
    columns = (TextColumn("draining"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    left = total = _pending(spool)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("", total=total)
        while left and time.monotonic() < deadline:
            time.sleep(POLL_S)
            left = _pending(spool)
            progress.update(task, completed=max(total - left, 0))
    return left


def _pending(spool: Spool) -> int:
    return sum(total.requests for total in spool.totals() if total.name == PENDING)


def _books(totals: Sequence[Total]) -> Table:
    table = Table(title="Spool: spooled = replayed + dropped + pending + dead", title_justify="left", box=None)
    for name in ("signal", "state", "records", "requests", "size"):
        table.add_column(name, justify="left" if name in ("signal", "state") else "right")
    for total in sorted(totals, key=lambda t: (t.signal, NAMES.index(t.name))):
        amounts = (f"{total.records:,}", f"{total.requests:,}", decimal(total.size_bytes))
        table.add_row(total.signal, total.name, *amounts)
    return table


def _letters(letters: Sequence[DeadLetter]) -> Table:
    table = Table(title="Dead letters, the oldest first", title_justify="left", box=None)
    for name in ("id", "signal", "records", "size", "spooled (UTC)", "reason"):
        table.add_column(name, overflow="fold")
    for letter in letters:
        at = datetime.fromtimestamp(letter.at_ns / 1e9, timezone.utc)
        size = decimal(letter.size_bytes)
        cells = (str(letter.id), letter.signal, f"{letter.records:,}", size, f"{at:%Y-%m-%d %H:%M:%S}")
        table.add_row(*cells, escape(letter.reason))
    return table
