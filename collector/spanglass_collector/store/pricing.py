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

from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot

from spanglass_collector.store.contract import Store

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

MODEL_SQL = "if(ResponseModel != '', ResponseModel, RequestModel)"

COST_SQL = f"""(
    greatest(toInt64(ifNull(InputTokens, 0)) - toInt64(ifNull(CachedInputTokens, 0)) - toInt64(ifNull(CacheWriteTokens, 0)), 0)
        * dictGetOrNull('{{dictionary}}', 'InputUsd', (toString(Provider), toString({MODEL_SQL})))
    + if(ifNull(CachedInputTokens, 0) = 0, 0, CachedInputTokens * dictGetOrNull('{{dictionary}}', 'CachedInputUsd', (toString(Provider), toString({MODEL_SQL}))))
    + if(ifNull(CacheWriteTokens, 0) = 0, 0, CacheWriteTokens * dictGetOrNull('{{dictionary}}', 'CacheWriteUsd', (toString(Provider), toString({MODEL_SQL}))))
    + ifNull(OutputTokens, 0) * dictGetOrNull('{{dictionary}}', 'OutputUsd', (toString(Provider), toString({MODEL_SQL}))))"""  # noqa: S608
"""USD of one call: parts are subtracted from inclusive totals, never added to them. NULL when a price is missing."""

UNPRICED = f"CostUsd IS NULL AND Kind IN ('llm', 'embedding', 'reranker') AND (toString(Provider), toString({MODEL_SQL})) IN {{models:Array(Tuple(String, String))}}"

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
    rows = store.query(
        "SELECT DISTINCT toString(Provider), toString(Model) FROM usage_1m WHERE UnpricedCalls > 0 AND Model != '' "
        "AND (toString(Provider), toString(Model)) NOT IN (SELECT Provider, Model FROM model_prices)"
    ).result_rows
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
    cost = COST_SQL.format(dictionary=f"{_database(store)}.model_price")
    store.command(_ROLLUP_CORRECTION.format(cost=cost, unpriced=UNPRICED), {"models": models})
    literal = ", ".join(f"({_quote(p)}, {_quote(m)})" for p, m in models)
    condition = UNPRICED.replace("{models:Array(Tuple(String, String))}", f"({literal})")
    store.command(f"ALTER TABLE spans UPDATE CostUsd = {cost} WHERE {condition}")


_ROLLUP_CORRECTION = f"""
INSERT INTO usage_1m (Project, Minute, ServiceName, Environment, Kind, Provider, Model, PromptName, PromptVersion, CostUsd, UnpricedCalls)
SELECT Project, toStartOfMinute(toDateTime(Timestamp)) AS Minute, ServiceName, Environment, Kind, Provider, {MODEL_SQL} AS Model,
       PromptName, PromptVersion, sum(ifNull({{cost}}, 0)), -toInt64(count())
FROM spans WHERE {{unpriced}}
GROUP BY ALL
"""  # noqa: S608


def _database(store: Store) -> str:
    return str(store.query("SELECT currentDatabase()").result_rows[0][0])


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
