"""Prices in the store, and what they make calls cost.

A span is priced when it is inserted, from the dictionary `model_price`, at the price of its own time and tier. A model
seen for the first time is looked up within seconds (`price_new_models`) and its spans are priced then. A model without
a known price stays *unpriced* (CostUsd NULL), never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from importlib.resources import files

from genai_prices.data_snapshot import get_snapshot

from spanglass_collector.store.contract import Store
from spanglass_collector.store.price_list import LIBRARY, LIBRARY_PROVIDERS, OWN, UNITS, Price, has_hours, price_list
from spanglass_collector.store.repricing import Selection, reprice

Model = tuple[str, str]
"""Provider and model as spans name them."""

COLUMNS = (
    *("Provider", "Model", "Tier", "EffectiveFrom", "EffectiveUntil", "InputFrom"),
    *("InputUsd", "CachedInputUsd", "CacheWriteUsd", "OutputUsd", "InputAudioUsd", "OutputAudioUsd"),
    "CacheWrite1hUsd",
    *("Source", "UpdatedAt"),
)
NO_USD = (None,) * len(UNITS)


def _sql(name: str) -> str:
    return files(__package__).joinpath(f"queries/{name}.sql").read_text(encoding="utf-8")


def refresh_prices(store: Store, own: Sequence[Price] = ()) -> None:
    """Give the store the price list when it has none of this library's version, and the user's own as they are now."""
    rows = store.query("SELECT countIf(Source = {now:String}) FROM model_prices", {"now": LIBRARY}).result_rows
    known = set(_library_models()) | _looked_up(store) if not rows[0][0] else set()
    overridden = store.query(
        "SELECT DISTINCT Provider, Model FROM model_prices WHERE Source = {own:String}", {"own": OWN}
    )
    models = (
        known | {(str(p), str(m)) for p, m in overridden.result_rows} | {(each.provider, each.model) for each in own}
    )
    # A price for any provider holds for every provider under which the model was called.
    names = sorted({each.model for each in own if not each.provider})
    called = "SELECT DISTINCT toString(Provider), toString(Model) FROM usage_1m WHERE has({names:Array(String)}, Model)"
    models |= {(str(p), str(m)) for p, m in store.query(called, {"names": names}).result_rows}
    if models:
        _write(store, (price for provider, model in sorted(models) for price in price_list(provider, model, own)))


def _looked_up(store: Store) -> set[Model]:
    """Models under the names that calls gave them: another version of the library may know them otherwise."""
    rows = store.query("SELECT DISTINCT Provider, Model FROM model_prices WHERE Source != {own:String}", {"own": OWN})
    return {(str(provider), str(model)) for provider, model in rows.result_rows}


def preload(store: Store) -> None:
    """Give the store the library's own model names, so that most calls are priced on arrival."""
    refresh_prices(store)


def _library_models() -> Iterable[Model]:
    """All but those with a price by the hour, which are thousands of rows and are looked up once they are called."""
    ours: dict[str, list[str]] = {}
    for name, library_id in LIBRARY_PROVIDERS.items():
        ours.setdefault(library_id, []).append(name)
    for provider in get_snapshot().providers:
        for name in ours.get(provider.id, [provider.id]):
            yield from ((name, model.id) for model in provider.models if not has_hours(model))


def price_new_models(store: Store, own: Sequence[Price] = ()) -> dict[Model, bool]:
    """Look up every model that has unpriced calls and was not looked up before, and price those calls.

    Returns the models with whether they have a price.
    """
    models = [(str(provider), str(model)) for provider, model in store.query(_sql("models_without_price")).result_rows]
    lists = {model: price_list(*model, own) for model in models}
    if lists:
        _write(store, (price for prices in lists.values() for price in prices))
    known = {model: any(price.usd for price in prices) for model, prices in lists.items()}
    priced = [model for model, is_known in known.items() if is_known]
    if priced:
        reprice(store, Selection(models=priced))
    return known


def _write(store: Store, prices: Iterable[Price]) -> None:
    now = datetime.now(timezone.utc)
    rows = [
        [p.provider, p.model, p.tier, p.start, p.until, p.input_from, *(p.usd or NO_USD), p.source, now] for p in prices
    ]
    store.insert("model_prices", rows, COLUMNS)
    store.command("SYSTEM RELOAD DICTIONARY model_price")
