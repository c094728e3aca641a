"""Invariants of cost, over calls that hypothesis makes up, computed by the store itself."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.commit.block import Block
from spanglass_collector.store import ClickHouseStore
from spanglass_collector.store.costs import KEYS, cost_by
from spanglass_collector.store.own_prices import own_prices
from spanglass_collector.store.pricing import refresh_prices
from spanglass_collector.store.repricing import Selection, changes, reprice
from tests.dialects.conftest import RowsOf
from tests.otlp_samples import START_NS, make_request, make_span

USAGE = {
    "InputTokens": "gen_ai.usage.input_tokens",
    "OutputTokens": "gen_ai.usage.output_tokens",
    "CachedInputTokens": "gen_ai.usage.cache_read.input_tokens",
    "CacheWriteTokens": "gen_ai.usage.cache_write.input_tokens",
    "InputAudioTokens": "gen_ai.usage.audio.input_tokens",
    "OutputAudioTokens": "gen_ai.usage.audio.output_tokens",
}
CALL = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "us", "gen_ai.request.model": "m"}
PRICES = {
    "input": 3.0,
    "output": 7.0,
    "cached_input": 1.0,
    "cache_write": 5.0,
    "input_audio": 11.0,
    "output_audio": 13.0,
}
BEGIN, END = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2100, 1, 1, tzinfo=timezone.utc)
counts = st.none() | st.integers(0, 50)


def _priced(store: ClickHouseStore, **prices: float) -> None:
    refresh_prices(store, own_prices({"models": [{"model": "m", "provider": "us", **PRICES, **prices}]}))


def _examples(n: int) -> list[dict[str, Any]]:
    collected: list[dict[str, Any]] = []

    @settings(max_examples=n, database=None)
    @given(st.fixed_dictionaries(dict.fromkeys(USAGE, counts)))
    def collect(usage: dict[str, Any]) -> None:
        collected.append(usage)

    collect()
    return collected


def test_cost_is_made_of_parts_that_sum_to_the_whole(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """Parts never exceed wholes, unknown stays NULL, and equal prices make the split irrelevant."""
    _priced(store)
    sent = _examples(300)
    rows = rows_of([make_span(CALL | {USAGE[k]: v for k, v in usage.items() if v is not None}) for usage in sent])
    for row in rows:
        known = row["InputTokens"] is not None and row["OutputTokens"] is not None
        assert (row["CostUsd"] is not None) == known
        if known:
            assert math.isclose(row["CostUsd"], _expected(row), abs_tol=1e-12)


def _expected(row: dict[str, Any]) -> float:
    """The rule, told another way: tokens are handed out to the parts until the whole is used up."""
    total = 0.0
    wholes = (
        (
            "InputTokens",
            "input",
            [
                ("CachedInputTokens", "cached_input"),
                ("CacheWriteTokens", "cache_write"),
                ("InputAudioTokens", "input_audio"),
            ],
        ),
        ("OutputTokens", "output", [("OutputAudioTokens", "output_audio")]),
    )
    for whole, price, parts in wholes:
        left = row[whole]
        for part, part_price in parts:
            taken = min(left, row[part] or 0)
            total += taken * PRICES[part_price]
            left -= taken
        total += left * PRICES[price]
    return total / 1e6


def test_calls_count_once_up_the_tree(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """An agent, a framework's span of the call, and the client's own: one call's cost, by every key."""
    _priced(store)
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 10}
    client = make_span(CALL | usage)
    framework = make_span(CALL | usage, trace_id=client.trace_id)
    agent = make_span(CALL | usage | {"gen_ai.operation.name": "invoke_agent"}, trace_id=client.trace_id)
    client.parent_span_id, framework.parent_span_id = framework.span_id, agent.span_id
    rows = rows_of([client, framework, agent])
    assert rows[2]["CostUsd"] is None
    for by in KEYS:
        (cost,) = cost_by(store, by, BEGIN, END)
        assert (cost.calls, cost.cost_usd) == (1, rows[0]["CostUsd"])


def test_a_stream_that_two_tell_counts_once(store: ClickHouseStore) -> None:
    """Logfire's beginning and end of a stream, and the client's own span within the beginning."""
    _priced(store)
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 10}
    beginning = make_span(CALL)
    end = make_span(CALL | usage | {"logfire.span_type": "log"}, trace_id=beginning.trace_id)
    client = make_span(CALL | usage | {"gen_ai.response.id": "r"}, trace_id=end.trace_id)
    client.parent_span_id = beginning.span_id
    for scope, spans in (("logfire.anthropic", [beginning, end]), ("com.anthropic.sdk.python", [client])):
        request = make_request(spans)
        request.resource_spans[0].scope_spans[0].scope.name = scope
        Block([admit_protobuf(request.SerializeToString(), "default", 1)]).insert_into(store)
    (cost,) = cost_by(store, "project", BEGIN, END)
    assert (cost.calls, cost.input_tokens) == (1, 10)


def test_a_call_costs_what_it_cost_at_its_time(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """A price that begins later leaves earlier calls alone."""
    table = [
        {"model": "m", "input": 1, "output": 1},
        {"model": "m", "provider": "us", "input": 2, "output": 2, "from": "2025-10-10"},
    ]
    refresh_prices(store, own_prices({"models": [row | {"provider": "us"} for row in table]}))
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 0}
    day = 86_400 * 10**9
    earlier, later = rows_of([make_span(CALL | usage, start_time_unix_nano=START_NS + n * day) for n in (-2, 3)])
    assert (earlier["CostUsd"], later["CostUsd"]) == pytest.approx((1e-05, 2e-05))
    assert earlier["PriceList"] == "spanglass.toml"


def test_tiers_have_prices_of_their_own(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """A batch call is priced as one; a tier without a price is unpriced."""
    models = [
        {"model": "m", "provider": "us", "tier": tier, "input": n, "output": n} for tier, n in (("", 4), ("batch", 2))
    ]
    refresh_prices(store, own_prices({"models": [{k: v for k, v in m.items() if v != ""} for m in models]}))
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 0}
    tiers = ("default", "batch", "priority")
    rows = rows_of([make_span(CALL | usage | {"openai.response.service_tier": tier}) for tier in tiers])
    assert [row["CostUsd"] for row in rows[:2]] == pytest.approx([4e-05, 2e-05])
    assert rows[2]["CostUsd"] is None


def test_what_the_sender_reports_wins_and_both_are_kept(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """The computed cost stays visible beside it."""
    _priced(store)
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 0, "spanglass.cost.usd": 0.5}
    (row,) = rows_of([make_span(CALL | usage)])
    assert (row["CostUsd"], row["ReportedCostUsd"], row["ComputedCostUsd"]) == (0.5, 0.5, 3e-05)


def test_repricing_corrects_spans_and_rollup_once(store: ClickHouseStore, rows_of: RowsOf) -> None:
    """The difference is told first, then written; a second run finds nothing, and a rollup is never corrected twice."""
    _priced(store)
    usage = {"gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 0}
    rows_of([make_span(CALL | usage), make_span(CALL | usage | {"spanglass.cost.usd": 9.0})])
    _priced(store, input=4.0)
    (change,) = changes(store, Selection())
    assert (change.calls, change.before_usd, change.after_usd) == (2, 12.0, 13.0)
    reprice(store, Selection())
    assert changes(store, Selection()) == []
    reprice(store, Selection())
    spans = store.query("SELECT sum(CostUsd), sum(ComputedCostUsd) FROM spans").result_rows[0]
    assert spans == (13.0, 8.0)
    assert store.query("SELECT sum(CostUsd), sum(UnpricedCalls) FROM usage_1m").result_rows[0] == (13.0, 0)
