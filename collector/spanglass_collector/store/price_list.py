"""What a token costs: the genai-prices library and the user's own prices, as rows with effective times. No I/O.

The library is kept up to date by its authors and ships with the package; nothing is fetched. A user's own price
replaces the library's from its start on, for its tier. A model nobody knows has one row without prices: *unpriced*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from genai_prices.data_snapshot import get_snapshot

LIBRARY_PROVIDERS = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
}
"""gen_ai.provider.name -> provider id in genai-prices, where they differ."""

LIBRARY = f"genai-prices {version('genai-prices')}"
OWN = "spanglass.toml"
UNKNOWN = "unknown"
BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
END = datetime(2106, 1, 1, tzinfo=timezone.utc)
"""The last moments ClickHouse's DateTime can name are in 2106."""
CONTEXTS: dict[str, tuple[dict[str, str], ...]] = {
    "batch": ({"processing": "batch"}, {"service_tier": "batch"}),
    "flex": ({"service_tier": "flex"},),
    "priority": ({"service_tier": "priority"},),
}
"""Our tiers in the library's words."""
UNITS = (
    *("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok", "input_audio_mtok", "output_audio_mtok"),
    "cache_write_1h_mtok",
)
Usd = tuple[float, float, float, float, float, float, float]
"""USD per token: uncached input, cached input, cache write, output, audio input and output, cache write of an hour."""
HOURS_FROM, HOURS_UNTIL = date(2025, 1, 1), date(2030, 1, 1)
"""Prices by the hour are a row for each part of each day between these; calls at other times are unpriced."""


@dataclass(frozen=True, slots=True)
class Price:
    """One row of model_prices. `usd` is None when nobody knows the model's price."""

    provider: str
    model: str
    tier: str = ""
    start: datetime = BEGINNING
    until: datetime = END
    input_from: int = 0
    usd: Usd | None = None
    source: str = UNKNOWN


def price_list(provider: str, model: str, own: Sequence[Price] = ()) -> list[Price]:
    """Every price of a model as spans name it; at least one row."""
    mine = [price for price in own if price.model == model and price.provider in ("", provider)]
    rows = [part for price in library_prices(provider, model) for part in _outside(price, mine)]
    rows += [replace(price, provider=provider) for price in _in_sequence(mine)]
    return rows or [Price(provider, model)]


def library_prices(provider: str, model: str) -> list[Price]:
    """Ask the library, by provider first and by model name alone when that fails; [] when it does not know."""
    info = _find(provider, model)
    if info is None:
        return []
    tiers: dict[str, tuple[dict[str, str], ...]] = {"": ({},), **CONTEXTS}
    return [
        replace(price, provider=provider, model=model, tier=tier)
        for tier, contexts in tiers.items()
        for price in _through_time(info, contexts)
    ]


def _find(provider: str, model: str) -> Any:
    snapshot = get_snapshot()
    for provider_id in dict.fromkeys((LIBRARY_PROVIDERS.get(provider, provider) or None, None)):
        try:
            return snapshot.find_provider_model(model, None, provider_id, None)[1]
        except (LookupError, ValueError):
            continue
    return None


def _through_time(info: Any, contexts: Sequence[dict[str, str]]) -> Iterator[Price]:
    """Prices from each change to the next. A tier that the library does not price at a time has no row for it."""
    if has_hours(info):
        yield from _through_days(info) if contexts == ({},) else ()
        return
    starts = sorted({BEGINNING, *_changes(info, contexts)})
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        until = following - timedelta(seconds=1) if following else END
        for prices in (_prices_at(info, start, context) for context in contexts):
            if prices is not None and prices.input_mtok is not None:
                yield from _brackets(prices, start, until)
                break


def has_hours(info: Any) -> bool:
    """Whether the model's price changes with the time of day."""
    return bool(_hours(info))


def _hours(info: Any) -> list[time]:
    prices = info.prices if isinstance(info.prices, list) else []
    constraints = [each.constraint for each in prices if hasattr(each.constraint, "start_time")]
    changes = {at.replace(tzinfo=None) for each in constraints for at in (each.start_time, each.end_time)}
    return sorted({time(), *changes}) if changes else []


def _through_days(info: Any) -> Iterator[Price]:
    """Times of day are UTC in the library."""
    hours = _hours(info)
    days = (HOURS_FROM + timedelta(days=n) for n in range((HOURS_UNTIL - HOURS_FROM).days))
    starts = [datetime.combine(day, at, timezone.utc) for day in days for at in hours]
    end = datetime.combine(HOURS_UNTIL, time(), timezone.utc)
    known: dict[int, list[Price]] = {}
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        until = following - timedelta(seconds=1)
        prices = info.get_prices(start)
        if id(prices) not in known:
            known[id(prices)] = list(_brackets(prices, start, until))
        yield from (replace(price, start=start, until=until) for price in known[id(prices)])


def _prices_at(info: Any, at: datetime, context: dict[str, str]) -> Any:
    if not context:
        return info.get_prices(at)
    for variant in getattr(info, "price_variants", None) or ():
        if variant.when == context and (variant.constraint is None or variant.constraint.active(at)):
            return info.get_prices(at, context)
    return None


def _changes(info: Any, contexts: Sequence[dict[str, str]]) -> Iterator[datetime]:
    prices = info.prices if isinstance(info.prices, list) else []
    variants = [each for each in getattr(info, "price_variants", None) or () if each.when in contexts]
    for dated in (*prices, *variants):
        if start := getattr(dated.constraint, "start_date", None):
            yield datetime(start.year, start.month, start.day, tzinfo=timezone.utc)


def _brackets(prices: Any, start: datetime, until: datetime) -> Iterator[Price]:
    """One row for each size of input that has prices of its own."""
    tiered = [tier.start for unit in UNITS for tier in getattr(getattr(prices, unit), "tiers", ())]
    for input_from in sorted({0, *tiered}):
        usd = [_per_token(getattr(prices, unit), input_from) for unit in UNITS]
        # What has no price of its own is priced as what it is a part of.
        plain_input, plain_output = usd[0] or 0.0, usd[3] or 0.0
        written = plain_input if usd[2] is None else usd[2]
        parts = (plain_input, plain_input, plain_input, plain_output, plain_input, plain_output, written)
        filled = [each if each is not None else part for each, part in zip(usd, parts, strict=True)]
        yield Price("", "", "", start, until, input_from, tuple(filled), LIBRARY)  # type: ignore[arg-type]


def _per_token(price: Any, input_from: int) -> float | None:
    """A price of the library is one number per million tokens, or one for each size of input."""
    if price is None:
        return None
    if not hasattr(price, "base"):
        return float(price / Decimal(1_000_000))
    reached = [tier.price for tier in price.tiers if tier.start <= input_from] if input_from else []
    return float((reached[-1] if reached else price.base) / Decimal(1_000_000))


def _outside(price: Price, own: Sequence[Price]) -> Iterator[Price]:
    """What of a library price holds before the user's own for the same tier begin."""
    starts = [each.start for each in own if each.tier == price.tier]
    if not starts or price.until < min(starts):
        yield price
    elif price.start < min(starts):
        yield replace(price, until=min(starts) - timedelta(seconds=1))


def _in_sequence(own: Sequence[Price]) -> Iterator[Price]:
    """The user's prices of one model, each until the next of its tier begins."""
    for price in own:
        later = [each.start for each in own if each.tier == price.tier and each.start > price.start]
        yield replace(price, until=min(later) - timedelta(seconds=1)) if later else price
