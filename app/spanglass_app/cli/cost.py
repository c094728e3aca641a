"""`spanglass cost`: what calls cost, by project, user, session, prompt version, model or day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from spanglass_app import reach
from spanglass_app.cli.root import Config, DataDir, OtlpHttp, Sql, StoreOption, app, console, explained, settings
from spanglass_app.period import moment
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store.costs import KEYS, Cost, cost_by


@app.command()
def cost(
    by: Annotated[str, typer.Option(help=f"One of {', '.join(KEYS)}.")] = "model",
    project: Annotated[str, typer.Option(help="One project's; left out: all.")] = "",
    since: Annotated[str, typer.Option(help="15m, 2h, 7d, 'all', or an ISO time.")] = "7d",
    limit: Annotated[int, typer.Option(min=1, help="Most rows shown, the dearest first.")] = 30,
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """What model calls cost, in USD. Each call counts once; calls without a known price are counted, not guessed."""
    with explained():
        if by not in KEYS:
            raise ConfigurationError(f"costs cannot be asked by {by!r}: use one of {', '.join(KEYS)}")
        now = datetime.now(timezone.utc)
        with reach.store(settings(data_dir, otlp_http, None, sql, store, config)) as opened:
            costs = cost_by(opened, by, moment(since, now), now, project=project, limit=limit)
    console.print(_table(by, costs))


def _table(by: str, costs: Sequence[Cost]) -> Table:
    table = Table(title=f"Cost by {by}, USD", title_justify="left")
    table.add_column(by, overflow="fold")
    for name in ("calls", "input tokens", "output tokens", "cost", "as reported", "as computed", "unpriced calls"):
        table.add_column(name, justify="right")
    for each in costs:
        tokens = (_count(each.input_tokens), _count(each.output_tokens))
        money = (usd(each.cost_usd), usd(each.reported_usd), usd(each.computed_usd))
        table.add_row(escape(each.key) or "(none)", f"{each.calls:,}", *tokens, *money, str(each.unpriced or ""))
    return table


def _count(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


def usd(value: float | None) -> str:
    """Small sums keep their digits; an unknown one is not 0."""
    if value is None:
        return "-"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.6f}"
