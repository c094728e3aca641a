"""Every metric and every kind of rule, asked of the embedded store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from spanglass_collector.alerts.observe import RuleFailure, Sample, observe
from spanglass_collector.alerts.rules import Rule, from_mapping
from spanglass_collector.store import Store
from tests.alerts.traffic import NOON, Traffic


def rule(**keys: Any) -> Rule:
    entry = {"name": "r", **keys}
    return from_mapping({"alerts": {"default_rules": False, "rules": [entry]}}).rules[0]


def samples(store: Store, asked: Rule) -> list[Sample]:
    seen = observe(store, asked, "shop", NOON)
    assert not isinstance(seen, RuleFailure), seen
    return seen


def test_error_rate_counts_the_window_and_shows_failed_traces(store: Store, traffic: Traffic) -> None:
    """Errors over model calls of the window, of the project, by service; the traces are those that failed."""
    traffic.calls(8, NOON)
    failed = traffic.calls(2, NOON, StatusCode="Error", ErrorType="timeout")
    traffic.calls(5, NOON, StatusCode="Error", Kind="agent")
    traffic.calls(5, NOON - timedelta(hours=1), StatusCode="Error")
    traffic.calls(5, NOON, StatusCode="Error", Project="other")
    (seen,) = samples(store, rule(metric="error_rate", threshold=0.1, group_by=["ServiceName"]))
    assert seen.value == pytest.approx(0.2)
    assert seen.labels == {"ServiceName": "chat"}
    assert set(seen.trace_ids) == set(failed)
    assert seen.details["error_types"] == ["timeout"]


def test_filters_choose_and_groups_divide(store: Store, traffic: Traffic) -> None:
    """A filter takes only its values; each group is a sample of its own."""
    traffic.calls(3, NOON, ResponseModel="gpt-4o", UserId="ann")
    traffic.calls(1, NOON, ResponseModel="gpt-4o", UserId="bob", CostUsd=5.0)
    traffic.calls(1, NOON, RequestModel="other", UserId="eve", CostUsd=9.0)
    asked = rule(metric="cost_usd", threshold=1, filter={"Model": ["gpt-4o"]}, group_by=["UserId"])
    assert {s.labels["UserId"]: round(s.value, 2) for s in samples(store, asked)} == {"ann": 0.03, "bob": 5.0}


def test_latency_shows_the_slowest_traces(store: Store, traffic: Traffic) -> None:
    """The 95th percentile in seconds, the slowest trace first."""
    traffic.calls(90, NOON)
    slow = traffic.calls(10, NOON, Duration=20_000_000_000)
    slowest = traffic.calls(1, NOON, Duration=90_000_000_000)
    (seen,) = samples(store, rule(metric="latency_p95_s", threshold=1))
    assert seen.value == pytest.approx(20, rel=0.05)
    assert seen.trace_ids[0] == slowest[0]
    assert set(seen.trace_ids[1:]) <= set(slow)


def test_an_unknown_price_is_not_a_price_of_nothing(store: Store, traffic: Traffic) -> None:
    """Unpriced calls count in unpriced_share and not in cost; failed calls have no price to know."""
    traffic.calls(3, NOON)
    unpriced = traffic.calls(1, NOON, CostUsd=None)
    traffic.calls(6, NOON, CostUsd=None, StatusCode="Error")
    (share,) = samples(store, rule(metric="unpriced_share", threshold=0.1))
    (cost,) = samples(store, rule(metric="cost_usd", threshold=1))
    assert (share.value, share.trace_ids) == (0.25, tuple(unpriced))
    assert cost.value == pytest.approx(0.03)
    assert cost.details["unpriced_calls"] == 7


def test_scores_by_mean_and_by_label(store: Store, traffic: Traffic) -> None:
    """Failed judgements count in neither."""
    traffic.scores(3, NOON)
    traffic.scores(1, NOON, Value=0.9, Label="toxic")
    traffic.scores(4, NOON, Value=None, Label="", Error="model away")
    (mean,) = samples(store, rule(metric="score_mean:toxicity", threshold=0.5))
    (share,) = samples(store, rule(metric="score_share:toxicity:toxic", threshold=0.5))
    assert mean.value == pytest.approx(0.3)
    assert share.value == 0.25
    assert len(share.trace_ids) == 1


def test_too_few_calls_are_no_data(store: Store, traffic: Traffic) -> None:
    """Below `min_count` nothing is claimed; without any traffic neither."""
    traffic.calls(4, NOON, StatusCode="Error")
    assert samples(store, rule(metric="error_rate", threshold=0.1, min_count=5)) == []
    assert samples(store, rule(metric="cost_usd", threshold=0.1, filter={"UserId": "nobody"})) == []


def test_drift_takes_the_newest_window_that_could_be_judged(store: Store, traffic: Traffic) -> None:
    """An older window scored later does not count, nor one without enough data; effects lose their sign."""
    traffic.window(NOON - timedelta(hours=3), EffectSize=-0.5)
    traffic.window(NOON - timedelta(minutes=9), EffectSize=0.01, Drifted=False, Feature="Calm")
    traffic.window(NOON - timedelta(hours=9), ScoredAt=NOON, EffectSize=0.9, Feature="Calm")
    traffic.window(NOON - timedelta(hours=1), Drifted=None, EffectSize=None)
    (seen,) = samples(store, rule(kind="drift", min_effect=0.2))
    assert seen.value == 0.5
    assert seen.labels == {"feature": "OutputTokens", "method": "ks"}
    assert seen.explanation == "answers are longer"
    assert seen.details["effect_size"] == -0.5


def test_drift_can_be_narrowed(store: Store, traffic: Traffic) -> None:
    """By feature pattern, by least effect, and by name: a group gap is no drift."""
    traffic.window(NOON, Feature="score:accuracy", EffectSize=0.33)
    traffic.window(NOON, Feature="OutputTokens", EffectSize=0.9)
    traffic.window(NOON, Name="group_gap", Feature="score:refusal", Cohort="group=f vs group=m")
    (seen,) = samples(store, rule(kind="drift", features=["score:%"]))
    assert seen.labels["feature"] == "score:accuracy"
    assert samples(store, rule(kind="drift", features=["score:%"], min_effect=0.4)) == []
    (gap,) = samples(store, rule(kind="group_gap"))
    assert gap.labels["cohort"] == "group=f vs group=m"


def test_free_sql_gives_values_labels_and_details(store: Store, traffic: Traffic) -> None:
    """Columns named detail_ travel along, others tell instances apart."""
    traffic.calls(3, NOON)
    sql = """SELECT count() AS value, ServiceName AS service, max(Duration) AS detail_longest FROM spans
             WHERE Project = {project:String} AND Timestamp > fromUnixTimestamp64Milli({since_ms:Int64})
             GROUP BY service"""
    (seen,) = samples(store, rule(sql=sql, threshold=1))
    assert (seen.value, seen.labels, seen.details) == (3.0, {"service": "chat"}, {"longest": 1_000_000_000})


@pytest.mark.parametrize("sql", ["SELECT nonsense", "SELECT 1 AS number", "SELECT number AS value FROM numbers(2)"])
def test_sql_that_cannot_be_used_is_a_failure_not_an_exception(store: Store, sql: str) -> None:
    """One broken rule must not silence the others."""
    assert isinstance(observe(store, rule(sql=sql, threshold=1), "shop", NOON), RuleFailure)
