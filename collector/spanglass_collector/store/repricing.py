"""Recomputes the cost of stored calls with the prices the store has now, and corrects the rollup by the difference.

A call's price is that of its own time, so a correction of the price list changes history where the list was wrong, and
nothing else. What a sender reported stays what counts. Running it again finds nothing to do; stopped half-way, it goes
on where it stopped: a day's correction of the rollup carries a token made of the spans it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from importlib.resources import files

from spanglass_collector.store.contract import Store
from spanglass_collector.store.literal import sql_literal


def _sql(name: str) -> str:
    return files(__package__).joinpath(f"queries/{name}.sql").read_text(encoding="utf-8")


PRICE_SQL = _sql("price")
"""(InputFrom, Usd, Source) of one span; `{dictionary}` is to be replaced by the dictionary's full name."""
COST_SQL = _sql("cost")
"""USD of one span, NULL when a price is missing; `{price}` is to be replaced by PRICE_SQL or a name it has."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls. Times are the calls' own; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None
    project: str = ""
    models: Sequence[tuple[str, str]] = ()
    received_until: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    """Calls that arrive later were priced on arrival."""

    def condition(self, day: date | None = None) -> str:
        """SQL with its values in it: a mutation takes no bound ones."""
        parts = ["Kind IN ('llm', 'embedding', 'reranker')", f"ReceivedAt <= {_time(self.received_until)}"]
        if day:
            parts.append(
                f"Timestamp >= toDateTime64('{day} 00:00:00', 9, 'UTC') AND toDate(Timestamp, 'UTC') = '{day}'"
            )
        if self.since:
            parts.append(f"Timestamp >= {_time(self.since)}")
        if self.until:
            parts.append(f"Timestamp < {_time(self.until)}")
        if self.project:
            parts.append(f"Project = {sql_literal(self.project)}")
        if self.models:
            pairs = ", ".join(f"({sql_literal(provider)}, {sql_literal(model)})" for provider, model in self.models)
            model = "toString(if(ResponseModel != '', ResponseModel, RequestModel))"
            parts.append(f"(toString(Provider), {model}) IN ({pairs})")
        return " AND ".join(parts)


@dataclass(frozen=True, slots=True)
class Change:
    """What one model's calls of one day cost, before and after. USD; None: all of them unpriced."""

    day: date
    provider: str
    model: str
    calls: int
    before_usd: float | None
    after_usd: float | None
    price_list: str


def changes(store: Store, selection: Selection) -> list[Change]:
    """What `reprice` would change, by day and model; nothing is written."""
    text = _sql("reprice_changes")
    rows = store.query(_filled(store, text, selection.condition())).result_rows
    return [Change(*row) for row in rows]


def reprice(store: Store, selection: Selection, on_day: Callable[[date], None] = lambda day: None) -> None:
    """Correct spans and rollup, a day at a time; `on_day` hears of each that is done."""
    for day in days(store, selection):
        condition = selection.condition(day)
        affected = store.query(_filled(store, _sql("reprice_affected"), condition)).result_rows[0]
        if affected[0]:
            token = f"reprice-{day}-{affected[1]}"
            correction = _filled(store, _sql("usage_correction"), condition)
            store.command(f"{correction} SETTINGS insert_deduplicate = 1, insert_deduplication_token = '{token}'")
            store.command(_filled(store, _sql("reprice_spans"), condition))
        on_day(day)


def days(store: Store, selection: Selection) -> list[date]:
    """Days (UTC) on which the selection has calls."""
    text = "SELECT DISTINCT toDate(Timestamp, 'UTC') AS day FROM spans WHERE {condition} ORDER BY day"
    return [row[0] for row in store.query(text.replace("{condition}", selection.condition())).result_rows]


def _filled(store: Store, text: str, condition: str) -> str:
    database = str(store.query("SELECT currentDatabase()").result_rows[0][0])
    price = PRICE_SQL.replace("{dictionary}", f"{database}.model_price")
    cost = COST_SQL.replace("{price}", f"({price})")
    for name, value in {"cost": cost, "price": f"({price})", "condition": condition}.items():
        text = text.replace("{" + name + "}", value)
    return text


def _time(moment: datetime) -> str:
    return f"fromUnixTimestamp64Micro({int(moment.timestamp() * 1_000_000)})"
