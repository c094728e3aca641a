"""What a model call costs: prices per token from the genai-prices library, kept in the store, applied there.

A span is priced when it is inserted, from the dictionary `model_price`. A model seen for the first time is looked up
within seconds (`price_new_models`) and its spans are priced then. A model the library does not know stays *unpriced*
(CostUsd NULL), never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timezone
from decimal import Decimal
from importlib.resources import files

from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot

from spanglass_collector.store.contract import Store
from spanglass_collector.store.literal import sql_literal

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


def _sql(name: str) -> str:
    return files(__package__).joinpath(f"queries/{name}.sql").read_text(encoding="utf-8")


COST_SQL = _sql("cost")
"""USD of one span; `{dictionary}` is to be replaced by the dictionary's full name. NULL when a price is missing."""
UNPRICED_SQL = _sql("unpriced")

COLUMNS = (
    "Provider",
    "Model",
    "InputUsd",
    "CachedInputUsd",
    "CacheWriteUsd",
    "OutputUsd",
    "Source",
    "UpdatedAt",
)


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """USD per token; all None when the library does not know the model."""

    provider: str
    model: str
    input_usd: float | None = None
    cached_input_usd: float | None = None
    cache_write_usd: float | None = None
    output_usd: float | None = None
    source: str = "unknown"

    @property
    def is_known(self) -> bool:
        return self.input_usd is not None


def look_up(provider: str, model: str) -> ModelPrice:
    """Ask the library, by provider first and by model name alone when that fails."""
    for provider_id in dict.fromkeys((LIBRARY_PROVIDERS.get(provider, provider) or None, None)):
        try:
            return ModelPrice(
                provider,
                model,
                _per_token(Usage(input_tokens=1000), model, provider_id),
                _per_token(Usage(input_tokens=1000, cache_read_tokens=1000), model, provider_id),
                _per_token(Usage(input_tokens=1000, cache_write_tokens=1000), model, provider_id),
                _per_token(Usage(output_tokens=1000), model, provider_id),
                "genai-prices",
            )
        except (LookupError, ValueError):
            continue
    return ModelPrice(provider, model)


def _per_token(usage: Usage, model: str, provider_id: str | None) -> float:
    total: Decimal = calc_price(usage, model_ref=model, provider_id=provider_id).total_price
    return float(total) / 1000


def preload(store: Store) -> None:
    """Give the store the library's own model names, so that most calls are priced on arrival."""
    ours: dict[str, list[str]] = {}
    for name, library_id in LIBRARY_PROVIDERS.items():
        ours.setdefault(library_id, []).append(name)
    _write(
        store,
        (
            look_up(name, model.id)
            for provider in get_snapshot().providers
            for name in ours.get(provider.id, [provider.id])
            for model in provider.models
        ),
    )


def price_new_models(store: Store) -> list[ModelPrice]:
    """Look up every model that has unpriced calls and was not looked up before, and price those calls."""
    rows = store.query(_sql("models_without_price")).result_rows
    prices = [look_up(provider, model) for provider, model in rows]
    if prices:
        _write(store, prices)
        _price_stored_spans(store, [(p.provider, p.model) for p in prices if p.is_known])
    return prices


def _write(store: Store, prices: Iterable[ModelPrice]) -> None:
    now = datetime.now(timezone.utc)
    store.insert("model_prices", [[*astuple(price), now] for price in prices], COLUMNS)
    store.command("SYSTEM RELOAD DICTIONARY model_price")


def _price_stored_spans(store: Store, models: list[tuple[str, str]]) -> None:
    if not models:
        return
    cost = COST_SQL.replace("{dictionary}", f"{_database(store)}.model_price")
    correction = _sql("usage_correction").replace("{cost}", cost).replace("{unpriced}", UNPRICED_SQL)
    store.command(correction, {"models": models})
    # A mutation takes no bound values.
    literal = ", ".join(f"({sql_literal(provider)}, {sql_literal(model)})" for provider, model in models)
    condition = UNPRICED_SQL.replace("{models:Array(Tuple(String, String))}", f"({literal})")
    store.command(f"ALTER TABLE spans UPDATE CostUsd = {cost} WHERE {condition}")


def _database(store: Store) -> str:
    return str(store.query("SELECT currentDatabase()").result_rows[0][0])
