"""Price lists without a store: effective dates, tiers, sizes, own prices. The library is the real one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store.own_prices import own_prices
from spanglass_collector.store.price_list import BEGINNING, END, OWN, Price, library_prices, price_list

JANUARY = datetime(2026, 1, 1, tzinfo=timezone.utc)
_MODELS = [(provider.id, model.id) for provider in get_snapshot().providers for model in provider.models]
starts = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(timezone.utc))


@settings(max_examples=200, database=None, deadline=None)
@given(st.sampled_from(_MODELS), st.lists(starts, max_size=3))
def test_at_any_time_a_tier_has_one_price(model: tuple[str, str], own_starts: list[datetime]) -> None:
    """Whatever own prices begin when: rows of one tier and size never overlap."""
    own = [
        Price("", model[1], "", start.replace(microsecond=0), usd=(1.0,) * 7, source=OWN) for start in set(own_starts)
    ]
    rows = sorted(price_list(*model, own), key=lambda row: (row.tier, row.input_from, row.start))
    for row, following in pairwise(rows):
        if (row.tier, row.input_from) == (following.tier, following.input_from) and row.source == following.source:
            assert row.until < following.start


def test_a_price_that_changed_is_kept_with_its_time() -> None:
    """Calls of before the change cost what they cost then."""
    changed = next(rows for p, m in _MODELS if len(rows := [r for r in library_prices(p, m) if not r.tier]) > 1)
    assert changed[0].start == BEGINNING
    assert changed[-1].until == END
    assert changed[0].usd != changed[-1].usd


def test_large_inputs_have_the_prices_of_their_size() -> None:
    """Models that charge more for long contexts have a row for each size."""
    rows = [row for row in library_prices("google", "gemini-2.5-pro") if not row.tier and row.until == END]
    assert [row.input_from > 0 for row in rows] == [False, True]
    assert rows[0].usd
    assert rows[1].usd
    assert rows[1].usd[0] > rows[0].usd[0]


def test_batch_calls_are_cheaper_where_the_library_says_so() -> None:
    """A tier has rows of its own, and none for times of which nothing is known."""
    ordinary, batch = (
        next(row for row in library_prices("anthropic", "claude-sonnet-4-5") if row.tier == tier and row.until == END)
        for tier in ("", "batch")
    )
    assert ordinary.usd
    assert batch.usd
    assert batch.usd[0] == pytest.approx(ordinary.usd[0] / 2)


def test_an_own_price_replaces_the_librarys_from_its_start() -> None:
    """Before, the library's holds."""
    own = own_prices({"models": [{"model": "gpt-4o", "from": "2026-01-01", "input": 1, "output": 2}]})
    rows = [row for row in price_list("openai", "gpt-4o", own) if not row.tier]
    assert [(row.source == OWN, row.start >= JANUARY) for row in rows if row.until >= JANUARY] == [(True, True)]
    assert max(row.until for row in rows if row.source != OWN) == JANUARY - timedelta(seconds=1)
    assert rows[-1].usd == pytest.approx((1e-6, 1e-6, 1e-6, 2e-6, 1e-6, 2e-6, 1e-6))


def test_own_prices_are_in_a_stated_currency() -> None:
    """The store holds USD."""
    table = {
        "currency": "EUR",
        "usd_per_unit": 1.5,
        "models": [{"model": "m", "input": 2, "output": 4, "tier": "batch"}],
    }
    (price,) = own_prices(table)
    assert price.usd
    assert (price.tier, price.usd[0], price.usd[3]) == ("batch", pytest.approx(3e-6), pytest.approx(6e-6))


def test_a_model_nobody_knows_has_no_price() -> None:
    """One row says so, and that it was looked up."""
    assert [row.usd for row in price_list("", "our-own-7b")] == [None]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"currency": "EUR"}, "usd_per_unit"),
        ({"models": [{"input": 1, "output": 1}]}, "names no model"),
        ({"models": [{"model": "m", "input": 1}]}, "give input and output"),
        ({"models": [{"model": "m", "input": -1, "output": 1}]}, "is no price"),
        ({"models": [{"model": "m", "input": 1, "output": 1, "tier": "cheap"}]}, "batch, flex, priority"),
        ({"models": [{"model": "m", "input": 1, "output": 1, "from": "soon"}]}, "2026-01-31"),
        ({"models": [{"model": "m", "input": 1, "output": 1, "inputs": 1}]}, "'inputs'"),
        ({"model": []}, "'model'"),
    ],
)
def test_a_wrong_price_says_what_is_right(table: dict[str, Any], says: str) -> None:
    """The message names the entry and the setting."""
    with pytest.raises(ConfigurationError, match=says):
        own_prices(table)


def test_prices_by_the_hour_are_those_of_the_call_s_hour() -> None:
    """DeepSeek's day costs twice its night (00:30 to 16:30 UTC); outside of the years listed nothing is known."""
    rows = price_list("deepseek", "deepseek-chat")
    assert _usd_at(rows, datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)) == pytest.approx(0.27e-6)
    assert _usd_at(rows, datetime(2026, 3, 1, 16, 30, tzinfo=timezone.utc)) == pytest.approx(0.135e-6)
    assert _usd_at(rows, datetime(2035, 3, 1, 12, 0, tzinfo=timezone.utc)) is None


def _usd_at(rows: list[Price], at: datetime) -> float | None:
    return next((row.usd[0] for row in rows if row.usd and row.start <= at <= row.until), None)
