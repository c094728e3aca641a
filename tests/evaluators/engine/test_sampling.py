"""Samples: uniform, biased to errors, by strata; the same spans whoever asks, and however often."""

from __future__ import annotations

import pytest
from evaluated_traffic import NOON_NS, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators import evaluator
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.sampling import Sample, Strata
from spanglass_evaluators.engine.span_loop import SpanLoop


@evaluator(name="sampled", columns=("RequestModel",))
def sampled(model: str) -> str:
    return model


@pytest.fixture
def models(traffic: Traffic) -> Traffic:
    """300 calls of one model, 40 of another, 10 of a third; the last minute of each is full of errors."""
    for model, calls in (("large", 300), ("small", 40), ("rare", 10)):
        traffic.add(["x"] * calls, received_ns=NOON_NS - 10**9, RequestModel=model)
    traffic.add(["x"] * 7, received_ns=NOON_NS - 10**9, RequestModel="large", StatusCode="Error")
    return traffic


def scored(store: Store, clock: SettableClock, sample: Sample) -> dict[str, int]:
    job = SpanJob(sampled, Selection(sample=sample, batch_rows=50))
    SpanLoop([job], clock).run_once(store)
    SpanLoop([job], clock).run_once(store)
    sql = "SELECT Label, count() FROM scores GROUP BY Label SETTINGS final = 0"
    return {str(label): int(count) for label, count in store.query(sql).result_rows}


def test_all_errors_and_a_share_of_the_rest(store: Store, models: Traffic, clock: SettableClock) -> None:
    """What `always` says is never left to chance."""
    counts = scored(store, clock, Sample(0.1, always="StatusCode = 'Error'"))

    assert 7 + 12 <= sum(counts.values()) <= 7 + 65
    missed = "SELECT count() FROM spans WHERE StatusCode = 'Error' AND SpanId NOT IN (SELECT SpanId FROM scores)"
    assert store.query(missed).result_rows == [(0,)]


def test_only_what_always_says(store: Store, models: Traffic, clock: SettableClock) -> None:
    """With a share of 0 nothing else is scored."""
    assert scored(store, clock, Sample(0.0, always="StatusCode = 'Error'")) == {"large": 7}


def test_strata_with_shares_of_their_own(store: Store, models: Traffic, clock: SettableClock) -> None:
    """The rare are all scored, the large ones hardly, those not named by the share for the rest."""
    counts = scored(store, clock, Sample(0.5, strata=Strata("RequestModel", shares=(("large", 0.1), ("rare", 1.0)))))

    assert counts["rare"] == 10
    assert 12 <= counts["large"] <= 60
    assert 8 <= counts["small"] <= 32


def test_so_many_of_each_stratum_in_each_stretch(store: Store, models: Traffic, clock: SettableClock) -> None:
    """The first five of each model in each hour; the 357 seconds of traffic lie in one hour, or two."""
    counts = scored(store, clock, Sample(strata=Strata("RequestModel", n=5, per_s=3600)))

    assert counts["rare"] == counts["small"] == 5
    assert counts["large"] in (5, 10)
