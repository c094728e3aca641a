"""Every kind of rule beside a plain threshold, asked of the embedded store."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import pytest

from spanglass_collector.alerts.observe import RuleFailure, Sample, observe
from spanglass_collector.alerts.rules import Rule, from_mapping
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store import Store
from tests.alerts.traffic import NOON, Traffic

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def rule(**keys: Any) -> Rule:
    entry = {"name": "r", **keys}
    return from_mapping({"alerts": {"default_rules": False, "rules": [entry]}}).rules[0]


def samples(store: Store, asked: Rule, project: str = "shop", now: datetime = NOON) -> list[Sample]:
    seen = observe(store, asked, project, now)
    assert not isinstance(seen, RuleFailure), seen
    return seen


def seasonal(traffic: Traffic, newest_cost: float, days: int = 14) -> None:
    """A call an hour that costs most at noon, with some noise that repeats nowhere; the newest as asked."""
    hours = [NOON - hour * HOUR for hour in range(1, days * 24)]
    costs = [10 + 5 * math.cos(2 * math.pi * (at.hour - 12) / 24) + math.sin(n * n) for n, at in enumerate(hours)]
    traffic.each([NOON, *hours], CostUsd=[newest_cost, *costs])


ANOMALY = {"kind": "anomaly", "metric": "cost_usd", "history": "10d", "min_change": 0.3}


@pytest.mark.parametrize(("newest", "is_odd"), [(15.0, False), (16.5, False), (60.0, True), (0.01, True)])
def test_an_anomaly_is_far_from_its_own_season(store: Store, traffic: Traffic, newest: float, is_odd: bool) -> None:
    """Noon's usual cost is none, although midnight's is a third of it; four times as much, or nothing, is one."""
    seasonal(traffic, newest)
    asked = rule(**ANOMALY)
    seen = samples(store, asked)
    assert [asked.is_breached(s.value) for s in seen] == ([True] if is_odd else [])
    if is_odd:
        assert seen[0].details["expected"] == pytest.approx(15, abs=1.5)


def test_an_anomaly_can_look_one_way(store: Store, traffic: Traffic) -> None:
    """With `direction` up, a fall is no news."""
    seasonal(traffic, 0.01)
    assert [s.value < 0 for s in samples(store, rule(**ANOMALY, direction="up"))] == [True]
    assert samples(store, rule(**ANOMALY, direction="down"))[0].value > 6


def test_a_young_series_has_no_season(store: Store, traffic: Traffic) -> None:
    """With less than half of its history a rule says nothing."""
    seasonal(traffic, 60.0, days=4)
    assert samples(store, rule(**ANOMALY)) == []


BURN = {"kind": "burn_rate", "indicator": "errors", "objective": 0.99, "group_by": ["ServiceName"]}


def test_a_burn_rate_needs_both_windows(store: Store, traffic: Traffic) -> None:
    """20 % of errors over the hour and the newest five minutes page; an hour that has calmed down does not."""
    for minute in range(0, 60, 5):
        at = NOON - timedelta(minutes=minute)
        traffic.calls(8, at)
        failed = traffic.calls(2, at, StatusCode="Error")
        traffic.calls(8, at, ServiceName="calm")
        if minute:
            traffic.calls(4, at, ServiceName="calm", StatusCode="Error")
    seen = {s.labels["ServiceName"]: s for s in samples(store, rule(**BURN, pairs=[["1h", "5m", 14.4]]))}
    assert seen["chat"].value == pytest.approx(20 / 14.4)
    assert seen["chat"].details["burn_1h"] == pytest.approx(20)
    assert "burning 20 times the budget's rate over 1h (20 over 5m, pages from 14.4)" in seen["chat"].explanation
    assert len(seen["chat"].trace_ids) == 3
    assert failed
    assert seen["calm"].value < 1


def test_few_calls_burn_nothing(store: Store, traffic: Traffic) -> None:
    """One failure of five calls is no 20 %."""
    traffic.calls(5, NOON, StatusCode="Error")
    (seen,) = samples(store, rule(**BURN))
    assert seen.value == 0


@pytest.mark.parametrize(
    ("keys", "burn"),
    [
        ({"indicator": "latency", "latency_s": 5, "objective": 0.9}, 5.0),
        ({"indicator": "cost", "budget_usd": 720, "period": "30d"}, 20 * (0.01 + 5) / 1.0),
        ({"indicator": "quality", "score": "toxicity", "bad_labels": ["toxic"], "objective": 0.9}, 5.0),
        ({"indicator": "quality", "score": "toxicity", "good_from": 0.5, "objective": 0.5}, 1.0),
    ],
)
def test_every_indicator_burns(store: Store, traffic: Traffic, keys: dict[str, Any], burn: float) -> None:
    """Slow calls, money, labels and values below a mark, half of each in the newest minute."""
    traffic.calls(20, NOON)
    traffic.calls(20, NOON, Duration=9_000_000_000, CostUsd=5.0)
    traffic.scores(20, NOON, Value=0.9)
    traffic.scores(20, NOON, Value=0.1, Label="toxic")
    (seen,) = samples(store, rule(kind="burn_rate", pairs=[["1h", "5m", 1]], **keys))
    assert seen.details["burn_1h"] == pytest.approx(burn)


def test_silence_counts_where_there_used_to_be_something(store: Store, traffic: Traffic) -> None:
    """A service that called at this time yesterday and does not now; not one that never calls at this time."""
    traffic.calls(5, NOON - DAY)
    last = traffic.calls(5, NOON - HOUR)
    traffic.calls(5, NOON - DAY, ServiceName="alive")
    traffic.calls(1, NOON, ServiceName="alive")
    traffic.calls(5, NOON - DAY - 6 * HOUR, ServiceName="nightly")
    asked = rule(kind="absence", window="30m", min_count=5, group_by=["ServiceName"])
    (seen,) = samples(store, asked)
    assert seen.labels == {"ServiceName": "chat"}
    assert 3600 <= seen.value <= 3700
    assert set(seen.trace_ids) <= set(last)
    assert samples(store, rule(kind="absence", expected_as=["1d", "7d"], min_count=5)) == []


def test_a_budget_is_of_a_calendar_period(store: Store, traffic: Traffic) -> None:
    """The newest month's spending alone, as a share; the alert says where it will end."""
    at = NOON + 14 * DAY
    traffic.calls(10, at, CostUsd=6.0)
    traffic.calls(10, NOON - 2 * DAY, CostUsd=1000.0)
    (seen,) = samples(store, rule(kind="budget", budget_usd=100, share=0.5), now=at)
    assert seen.value == pytest.approx(0.6)
    assert seen.details["spent_usd"] == pytest.approx(60)
    assert seen.details["projected_usd"] == pytest.approx(128, rel=0.02)
    assert samples(store, rule(kind="budget", budget_usd=100, period="day"), now=at + DAY) == []


def progress(store: Store, evaluator: str, mark: datetime, updated: datetime) -> None:
    names = ["Project", "Evaluator", "EvaluatorVersion", "ConfigDigest", "Watermark", "Scored", "Skipped", "Failed"]
    row = ["", evaluator, "1", "d", mark, 0, 0, 0, updated]
    store.insert("evaluator_progress", [row], [*names, "UpdatedAt"])


def test_an_evaluator_lags_when_spans_wait(store: Store, traffic: Traffic) -> None:
    """The stuck one is late, the switched-off one is not; without newer spans nobody is."""
    store.command("TRUNCATE TABLE evaluator_progress")
    progress(store, "quick", NOON, NOON)
    progress(store, "stuck", NOON - HOUR, NOON - timedelta(minutes=50))
    progress(store, "switched off", NOON - 2 * DAY, NOON - 2 * DAY)
    asked = rule(kind="evaluator_lag", lag="30m")
    assert asked.scope == "system"
    assert samples(store, asked, project="") == []
    traffic.calls(1, NOON, ReceivedAt=NOON - timedelta(minutes=10))
    (seen,) = samples(store, asked, project="")
    assert (seen.labels, seen.value) == ({"evaluator": "stuck"}, 3600)


def test_drift_must_persist(store: Store, traffic: Traffic) -> None:
    """Two windows in a row: one swing between calm windows is none; judged twice is still one window."""
    for hours, drifted in ((3, True), (2, False), (1, True)):
        traffic.window(NOON - hours * HOUR, Feature="Swings", Drifted=drifted)
        traffic.window(NOON - hours * HOUR, Feature="Lasts", Drifted=hours < 3)
    traffic.window(NOON - HOUR, Feature="Swings", ScoredAt=NOON)
    seen = samples(store, rule(kind="drift", persist=2))
    assert [s.labels["feature"] for s in seen] == ["Lasts"]


def test_windows_that_overlap_may_count_as_one(store: Store, traffic: Traffic) -> None:
    """A freak day is in every window that is judged while it lasts: with `apart`, two in a row share nothing."""
    for hours in range(40):
        ends = NOON - hours * HOUR
        traffic.window(ends, WindowStart=ends - DAY, Feature="Freak", Drifted=hours < 20)
        traffic.window(ends, WindowStart=ends - DAY, Feature="Lasts")
    both = samples(store, rule(kind="drift", persist=2, window="3d"))
    apart = samples(store, rule(kind="drift", persist=2, window="3d", apart=True))
    assert sorted(s.labels["feature"] for s in both) == ["Freak", "Lasts"]
    assert [s.labels["feature"] for s in apart] == ["Lasts"]


def test_every_kind_of_drift_is_drift(store: Store, traffic: Traffic) -> None:
    """A change in a stream and a fall of expected performance alert like one between windows; a gap does not."""
    for name in ("drift", "stream_drift", "performance_drift", "group_gap"):
        traffic.window(NOON, Name=name, Feature=name)
    seen = samples(store, rule(kind="drift"))
    assert sorted(s.labels["feature"] for s in seen) == ["drift", "performance_drift", "stream_drift"]


def test_a_gap_counts_when_its_interval_excludes_what_is_tolerated(store: Store, traffic: Traffic) -> None:
    """Wholly above or wholly below; an interval that reaches into the tolerated range is no finding."""
    gap = {"Name": "group_gap", "Drifted": False}
    traffic.window(NOON, **gap, Feature="Above", EffectSize=0.2, EffectLow=0.12, EffectHigh=0.3)
    traffic.window(NOON, **gap, Feature="Below", EffectSize=-0.2, EffectLow=-0.3, EffectHigh=-0.12)
    traffic.window(NOON, **gap, Feature="Reaches", EffectSize=0.2, EffectLow=0.05, EffectHigh=0.4)
    traffic.window(NOON, **gap, Feature="Unknown", EffectSize=0.9, EffectLow=None, EffectHigh=None)
    seen = samples(store, rule(kind="group_gap", tolerated=0.1))
    assert sorted(s.labels["feature"] for s in seen) == ["Above", "Below"]
    assert samples(store, rule(kind="group_gap")) == []


WRONG = {
    "anomaly": [
        ({"metric": "calls", "season": "90m"}, "season: must be a multiple of window"),
        ({"metric": "calls", "history": "2d"}, "history: must be at least 3 seasons"),
        ({"metric": "calls", "direction": "left"}, "direction: must be one of up, down, both"),
    ],
    "burn_rate": [
        ({}, "indicator: is missing"),
        ({"indicator": "errors", "objective": 99}, "objective: must be a share of good calls between 0 and 1"),
        ({"indicator": "latency", "objective": 0.9}, "latency_s: is missing"),
        ({"indicator": "errors", "objective": 0.9, "pairs": [["5m", "1h", 2]]}, "second window must be the shorter"),
        ({"indicator": "errors", "objective": 0.9, "window": "1h"}, "window: unknown key"),
    ],
    "absence": [({"source": "logs"}, "source: must be one of spans, scores")],
    "budget": [({}, "budget_usd: is missing"), ({"budget_usd": 1, "period": "year"}, "period: must be one of")],
    "drift": [({"persist": 1.5}, "persist: must be a whole number")],
}


@pytest.mark.parametrize(("kind", "keys", "said"), [(k, *case) for k, cases in WRONG.items() for case in cases])
def test_a_wrong_key_of_a_kind_is_named(kind: str, keys: dict[str, Any], said: str) -> None:
    """Each kind says which of its keys is wrong and what would be right."""

    with pytest.raises(ConfigurationError) as error:
        rule(kind=kind, **keys)
    assert said in str(error.value)


def counted(store: Store, service: str, at: datetime, value: float, **columns: Any) -> None:
    row = {
        "ServiceName": service,
        "MetricName": "otel.sdk.processor.span.processed",
        "Attributes": {},
        "StartTimeUnix": NOON - DAY,
        "TimeUnix": at,
        "Value": value,
        "AggregationTemporality": 2,
        "IsMonotonic": True,
        **columns,
    }
    store.insert("otel_metrics_sum", [list(row.values())], list(row))


def test_the_loss_ledger_misses_what_sdks_counted(store: Store, traffic: Traffic) -> None:
    """By how much each SDK's counts grew in the window, against the spans of its service; with the SDK's reasons."""
    store.command("TRUNCATE TABLE otel_metrics_sum")
    traffic.calls(60, NOON)
    traffic.calls(100, NOON, ServiceName="whole")
    for service, before, grown in (("chat", 1000, 90), ("whole", 500, 100)):
        counted(store, service, NOON - timedelta(minutes=50), before)
        counted(store, service, NOON, before + grown)
    counted(store, "chat", NOON, 10, Attributes={"error.type": "queue_full"}, StartTimeUnix=NOON - timedelta(minutes=9))
    (seen,) = samples(store, rule(kind="loss_ledger", min_missing=10), project="")
    assert (seen.labels, seen.value) == ({"service": "chat"}, 0.4)
    assert (seen.details["counted"], seen.details["stored"]) == (100, 60)
    assert (seen.details["lost_by_sdk"], seen.details["reasons"]) == (10, ["queue_full"])
    assert samples(store, rule(kind="loss_ledger", min_missing=41), project="") == []
