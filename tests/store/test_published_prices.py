"""Dollars of recorded usage, reckoned by hand from published prices, beside what the store makes of it.

Prices are literals, in USD per million tokens as the providers' price pages give them; nothing of the path under test
is used to reckon with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import pytest

from spanglass_collector.store import ClickHouseStore
from spanglass_collector.store.pricing import preload, price_new_models
from tests.dialects.conftest import RowsOf
from tests.otlp_samples import make_span

USAGE = "gen_ai.usage."
READ, WRITTEN = USAGE + "cache_read.input_tokens", USAGE + "cache_creation.input_tokens"
NOON, NIGHT = (datetime(2025, 11, 3, hour, tzinfo=timezone.utc) for hour in (12, 20))
LATELY = datetime(2026, 11, 1, tzinfo=timezone.utc)
"""The library's batch prices have no earlier dates."""


@dataclass(frozen=True)
class Call:
    """`usage`: what the recorded answer counted; `usd`: tokens times published prices, written out."""

    provider: str
    model: str
    tokens: tuple[int, int]
    usd: float
    also: tuple[tuple[str, Any], ...] = ()
    at: datetime = NOON


CALLS = (
    Call("openai", "gpt-4o-mini-2024-07-18", (12, 24), (12 * 0.15 + 24 * 0.60) / 1e6),
    Call("openai", "gpt-4o-2024-08-06", (1000, 100), (904 * 2.50 + 96 * 1.25 + 100 * 10) / 1e6, ((READ, 96),)),
    Call("azure.ai.openai", "gpt-4o-mini", (12, 24), (12 * 0.15 + 24 * 0.60) / 1e6),
    Call(
        "anthropic",
        "claude-3-5-sonnet-20240620",
        (1171, 256),
        (4 * 3 + 1167 * 0.30 + 256 * 15) / 1e6,
        ((READ, 1167),),
    ),
    Call(
        "anthropic",
        "claude-3-5-sonnet-20240620",
        (1171, 256),
        (4 * 3 + 1167 * 3.75 + 256 * 15) / 1e6,
        ((WRITTEN, 1167),),
    ),
    Call(
        "anthropic",
        "claude-sonnet-4-5",
        (1204, 10),
        (4 * 3 + 200 * 3.75 + 1000 * 6 + 10 * 15) / 1e6,
        (
            (WRITTEN, 1200),
            (USAGE + "raw", '{"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":1000}}'),
        ),
    ),
    Call(
        "anthropic",
        "claude-sonnet-4-5",
        (1000, 100),
        (1000 * 1.50 + 100 * 7.50) / 1e6,
        (("anthropic.response.service_tier", "batch"),),
        at=LATELY,
    ),
    Call("anthropic", "claude-3-5-haiku-20241022", (17, 108), (17 * 0.80 + 108 * 4) / 1e6),
    Call("gcp.gemini", "gemini-2.5-pro", (15, 1935), (15 * 1.25 + 1935 * 10) / 1e6),
    Call("gcp.vertex_ai", "gemini-2.5-pro", (15, 1950), (15 * 1.25 + 1950 * 10) / 1e6),
    Call("cohere", "command-r-08-2024", (12, 65), (12 * 0.15 + 65 * 0.60) / 1e6),
    Call("mistral_ai", "mistral-small-latest", (13, 434), (13 * 0.10 + 434 * 0.30) / 1e6),
    Call("aws.bedrock", "amazon.nova-micro-v1:0", (13, 89), (13 * 0.035 + 89 * 0.14) / 1e6),
    Call("groq", "llama-3.1-8b-instant", (18, 73), (18 * 0.05 + 73 * 0.08) / 1e6),
    Call("deepseek", "deepseek-chat", (32, 324), (32 * 0.27 + 324 * 1.10) / 1e6),
    Call("deepseek", "deepseek-chat", (32, 324), (32 * 0.135 + 324 * 0.55) / 1e6, at=NIGHT),
)


def _sent(call: Call) -> Any:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": call.provider,
        "gen_ai.request.model": call.model,
        "gen_ai.response.model": call.model,
        USAGE + "input_tokens": call.tokens[0],
        USAGE + "output_tokens": call.tokens[1],
        **dict(call.also),
    }
    at_ns = int(call.at.timestamp()) * 10**9
    return make_span(attributes, start_time_unix_nano=at_ns, end_time_unix_nano=at_ns + 1)


def test_recorded_usage_costs_what_the_published_price_makes_of_it(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """Every provider; cached reads, both cache writes, batches, thoughts, nights."""
    preload(store)
    spans = [_sent(call) for call in CALLS]
    rows_of(spans)
    price_new_models(store)
    costs = dict(store.query("SELECT SpanId, CostUsd FROM spans").result_rows)
    stored = [costs[span.span_id.hex()] for span in spans]
    wrong = [
        (call.model, call.usd, usd) for call, usd in zip(CALLS, stored, strict=True) if usd != pytest.approx(call.usd)
    ]
    assert wrong == []


def test_what_is_not_known_has_no_cost(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """A tier or a model without a published price, and a call without counts."""
    preload(store)
    tier = Call("anthropic", "claude-3-5-haiku-20241022", (1, 1), 0, (("anthropic.response.service_tier", "priority"),))
    spans = [_sent(tier), _sent(Call("anthropic", "claude-9-unheard-of", (1, 1), 0))]
    spans.append(make_span({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}))
    rows_of(spans)
    price_new_models(store)
    assert {cost for (cost,) in store.query("SELECT CostUsd FROM spans").result_rows} == {None}
