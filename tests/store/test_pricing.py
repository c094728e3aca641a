"""Cost: known models on arrival, new ones within seconds, unknown ones never."""

from __future__ import annotations

import pytest

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.commit.block import Block
from spanglass_collector.store import Store
from spanglass_collector.store.price_list import library_prices
from spanglass_collector.store.pricing import preload, price_new_models
from tests.otlp_samples import make_request, make_span


def _call(store: Store, model: str, **tokens: int) -> None:
    usage = {f"gen_ai.usage.{name.replace('__', '.')}": count for name, count in tokens.items()}
    span = make_span(
        {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model, **usage}
    )
    Block([admit_protobuf(make_request([span]).SerializeToString(), "default", 1)]).insert_into(store)


def _usd(model: str) -> tuple[float, ...]:
    """What the library asks per token now: uncached, cached, cache write, output, audio in and out."""
    usd = [price.usd for price in library_prices("openai", model) if not price.tier][-1]
    assert usd
    return usd


def _costs(store: Store) -> dict[str, float | None]:
    return dict(store.query("SELECT RequestModel, CostUsd FROM spans").result_rows)


def test_a_known_model_is_priced_on_arrival(store: Store) -> None:
    """Input and output tokens at the library's prices."""
    preload(store)
    _call(store, "gpt-4o", input_tokens=1000, output_tokens=100)
    usd = _usd("gpt-4o")
    assert _costs(store)["gpt-4o"] == pytest.approx(1000 * usd[0] + 100 * usd[3])


def test_cached_tokens_are_part_of_the_input(store: Store) -> None:
    """They are taken out of the total before the full price applies."""
    preload(store)
    _call(store, "gpt-4o", input_tokens=1000, output_tokens=0, cache_read__input_tokens=400)
    usd = _usd("gpt-4o")
    assert _costs(store)["gpt-4o"] == pytest.approx(600 * usd[0] + 400 * usd[1])


def test_a_new_model_is_priced_afterwards_with_its_rollup(store: Store) -> None:
    """Spans stored before the model was looked up get their cost, and the rollup agrees."""
    _call(store, "gpt-4o-2024-08-06", input_tokens=1000, output_tokens=10)
    assert _costs(store) == {"gpt-4o-2024-08-06": None}
    assert list(price_new_models(store).values()) == [True]
    _call(store, "gpt-4o-2024-08-06", input_tokens=1000, output_tokens=10)
    spans = store.query("SELECT sum(CostUsd), countIf(CostUsd IS NULL) FROM spans").result_rows[0]
    rollup = store.query("SELECT sum(CostUsd), sum(UnpricedCalls) FROM usage_1m").result_rows[0]
    assert spans[1] == rollup[1] == 0
    assert rollup[0] == pytest.approx(spans[0])
    assert price_new_models(store) == {}


def test_an_unknown_model_stays_unpriced(store: Store) -> None:
    """NULL, not 0, and it is not looked up again and again."""
    _call(store, "our-own-7b", input_tokens=5, output_tokens=5)
    assert list(price_new_models(store).values()) == [False]
    assert price_new_models(store) == {}
    assert _costs(store) == {"our-own-7b": None}
    assert store.query("SELECT sum(UnpricedCalls) FROM usage_1m").result_rows[0][0] == 1


def test_a_call_without_tokens_has_no_cost(store: Store) -> None:
    """Unknown usage is unknown cost."""
    preload(store)
    _call(store, "gpt-4o")
    assert _costs(store) == {"gpt-4o": None}


def test_a_reported_cost_is_kept(store: Store) -> None:
    """What the sender says it paid wins over the price list."""
    preload(store)
    span = make_span(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "spanglass.cost.usd": 0.5,
            "gen_ai.usage.input_tokens": 1,
        }
    )
    Block([admit_protobuf(make_request([span]).SerializeToString(), "default", 1)]).insert_into(store)
    assert _costs(store) == {"gpt-4o": 0.5}
