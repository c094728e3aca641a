"""`spanglass reprice`: recompute the cost of stored calls with the prices as they are known now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from spanglass_app import reach
from spanglass_app.cli.cost import usd
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
from spanglass_collector.store import Store
from spanglass_collector.store.pricing import refresh_prices
from spanglass_collector.store.repricing import Change, Selection, changes, days, reprice


@app.command("reprice")
def reprice_command(
    since: Annotated[str, typer.Option(help="15m, 2h, 7d, 'all', or an ISO time.")] = "30d",
    project: Annotated[str, typer.Option(help="One project's; left out: all.")] = "",
    apply: Annotated[bool, typer.Option("--apply", help="Write it. Without, only the difference is shown.")] = False,
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Show, or with --apply write, what calls cost at the prices of their own time as they are known now.

    What a sender reported stays what counts. The price list and [prices] of spanglass.toml are read anew first.
    """
    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        now = datetime.now(timezone.utc)
        with reach.store(chosen) as opened:
            refresh_prices(opened, chosen.collector.prices)
            selection = Selection(since=moment(since, now), project=project, received_until=now)
            found = changes(opened, selection)
            console.print(_difference(found))
            if found and apply:
                _apply(opened, selection)
    if found:
        console.print("written" if apply else "nothing was written: repeat with --apply", highlight=False)


def _apply(opened: Store, selection: Selection) -> None:
    columns = (TextColumn("repricing"), BarColumn(), MofNCompleteColumn(), TextColumn("days"), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("reprice", total=len(days(opened, selection)))
        reprice(opened, selection, lambda _: progress.advance(task))


def _difference(found: Sequence[Change]) -> Table | str:
    if not found:
        return "every call has the cost that today's price list gives it"
    table = Table(title="What repricing changes, USD", title_justify="left")
    for name in ("day", "provider", "model", "calls", "before", "after", "price list"):
        table.add_column(name, justify="right" if name in ("calls", "before", "after") else "left", overflow="fold")
    for each in found:
        money = (usd(each.before_usd), usd(each.after_usd))
        table.add_row(
            str(each.day), escape(each.provider), escape(each.model), str(each.calls), *money, escape(each.price_list)
        )
    return table
