"""From rows in the store to what an on-call engineer is told, through real HTTP receivers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from spanglass_collector.alerts import outbox, records
from spanglass_collector.alerts.channels.contract import Outcome
from spanglass_collector.alerts.channels.pagerduty import PagerDuty
from spanglass_collector.alerts.channels.webhook import Webhook, decode_secret
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.rule import Destination
from spanglass_collector.alerts.rules import Rule, default_rules, from_mapping
from spanglass_collector.alerts.service import Watch, evaluate_once, run_once
from spanglass_collector.alerts.testing import PagerDutyReceiver, WebhookReceiver, generated_secret
from spanglass_collector.store import Store, StoreUrl, open_store
from tests.alerts.traffic import NOON, ROUTING_KEY, Clock, Traffic

TRACES = "http://localhost:3000/d/trace?var-trace_id={trace_id}"


def rules(**keys: object) -> tuple[Rule, ...]:
    entry = {"name": "errors", "title": "Calls fail", "metric": "error_rate", "threshold": 0.5, **keys}
    return from_mapping({"alerts": {"default_rules": False, "rules": [entry]}}).rules


@pytest.fixture
def pagerduty() -> Iterator[PagerDutyReceiver]:
    with PagerDutyReceiver() as receiver:
        yield receiver


@pytest.fixture
def channels(pagerduty: PagerDutyReceiver) -> dict[str, PagerDuty]:
    return {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}


def statuses(store: Store) -> list[tuple[str, str, int]]:
    query = "SELECT Event, Status, Attempts FROM alert_outbox ORDER BY CreatedAt, Event"
    return [tuple(row) for row in store.query(query).result_rows]


def actions(receiver: PagerDutyReceiver) -> list[str]:
    return [event["event_action"] for event in receiver.events]


def test_a_page_lives_from_trigger_to_resolve(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """Errors page once, with everything needed to act; their end resolves the same alert."""
    clock = Clock()
    failed = traffic.calls(3, NOON, StatusCode="Error")
    asked = rules(for_s=30, severity="critical", runbook="https://runbooks.example/errors")
    for _ in range(4):
        run_once(store, asked, channels, clock, project="shop", trace_url=TRACES)
        clock.move(20)
    (trigger,) = pagerduty.events
    assert trigger["payload"]["summary"] == "Calls fail: 1 (> 0.5 share over 10m)"
    assert trigger["payload"]["severity"] == "critical"
    assert trigger["payload"]["timestamp"] == NOON.isoformat()
    assert set(trigger["payload"]["custom_details"]["trace_ids"]) == set(failed)
    assert {link["href"] for link in trigger["links"]} == {
        "https://runbooks.example/errors",
        *(TRACES.replace("{trace_id}", trace_id) for trace_id in failed),
    }
    clock.move(600)
    run_once(store, asked, channels, clock, project="shop")
    assert actions(pagerduty) == ["trigger", "resolve"]
    assert pagerduty.events[1]["dedup_key"] == trigger["dedup_key"]
    assert pagerduty.open_alerts == {}


def test_a_second_episode_is_a_new_page(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """After a resolution the same breach pages again under the same key."""
    clock = Clock()
    for _ in range(2):
        traffic.calls(3, clock.now, StatusCode="Error")
        run_once(store, rules(), channels, clock, project="shop")
        clock.move(900)
        run_once(store, rules(), channels, clock, project="shop")
    assert actions(pagerduty) == ["trigger", "resolve"] * 2
    assert len({event["dedup_key"] for event in pagerduty.events}) == 1


def test_drift_and_group_gaps_page(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """The shipped rules page on what the window evaluators found twice, once for all features of a cohort."""
    for end in (NOON - timedelta(hours=1), NOON):
        traffic.window(end, Feature="score:accuracy", EffectSize=0.33)
        traffic.window(end, Feature="OutputTokens", EffectSize=0.9)
        traffic.window(end, Name="group_gap", Feature="score:refusal", Cohort="group=f vs group=m")
    report = run_once(store, default_rules(), channels, Clock())
    assert (report.triggered, report.failures) == (2, [])
    details = {e["payload"]["class"]: e["payload"]["custom_details"] for e in pagerduty.events}
    assert [alert["labels"]["feature"] for alert in details["drift"]["alerts"]] == ["OutputTokens", "score:accuracy"]
    assert details["group-gap"]["labels"]["feature"] == "score:refusal"


def test_healthy_traffic_pages_nobody(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """An hour of ordinary traffic with its few errors is no news to the shipped rules."""
    clock = Clock()
    for _ in range(12):
        traffic.calls(40, clock.now)
        traffic.calls(1, clock.now, StatusCode="Error", CostUsd=None)
        traffic.scores(40, clock.now)
        traffic.window(clock.now, Drifted=False, EffectSize=0.05)
        report = run_once(store, default_rules(), channels, clock)
        assert report.failures == []
        clock.move(300)
    assert pagerduty.requests == []


def test_a_restart_between_any_two_steps_says_everything_once(
    store: Store, store_url: StoreUrl, traffic: Traffic, pagerduty: PagerDutyReceiver
) -> None:
    """New objects on the same store after each half pass: one trigger, one resolve."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    for step in range(6):
        with open_store(store_url) as reopened:
            channels = {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}
            if step % 2 == 0:
                evaluate_once(reopened, Watch(rules(), [Destination("pager")]), clock, project="shop")
            else:
                run_once(reopened, rules(), channels, clock, project="shop")
        clock.move(301)
    assert actions(pagerduty) == ["trigger", "resolve"]


class CrashingStore:
    """The real store of a process that dies when it comes to write its `fatal`-th row set."""

    def __init__(self, store: Store, fatal: int) -> None:
        self._store = store
        self._left = fatal

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def insert(self, *arguments: object, **options: object) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt
        self._store.insert(*arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("fatal", [1, 2, 3])
def test_a_crash_within_a_pass_loses_and_repeats_nothing(
    fatal: int, store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """Wherever the writes of a pass are cut off, the next passes page exactly once."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    watch = Watch(rules(), [Destination("pager")])
    with pytest.raises(KeyboardInterrupt):
        evaluate_once(CrashingStore(store, fatal), watch, clock, project="shop")  # type: ignore[arg-type]
    for _ in range(3):
        clock.move(10)
        run_once(store, rules(), channels, clock, project="shop")
    assert actions(pagerduty) == ["trigger"]
    assert statuses(store) == [("trigger", "delivered", 1)]


def test_a_busy_pager_is_asked_again_when_it_said(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """429 with Retry-After, then 503: nothing is sent too early, and the page arrives."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    pagerduty.answer_next(429, headers={"Retry-After": "60"})
    pagerduty.answer_next(503)
    run_once(store, rules(), channels, clock, project="shop")
    clock.move(59)
    assert run_once(store, rules(), channels, clock, project="shop").messages.postponed == 0
    clock.move(2)
    assert run_once(store, rules(), channels, clock, project="shop").messages.postponed == 1
    clock.move(30)
    run_once(store, rules(), channels, clock, project="shop")
    assert [status for status, _ in pagerduty.requests] == [429, 503, 202]
    assert statuses(store) == [("trigger", "delivered", 3)]


def test_a_refused_page_is_kept_with_its_reason(store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver) -> None:
    """400 is final: the message is dead and says why, and is not sent again."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    channels = {"pager": PagerDuty("too short", url=pagerduty.url)}
    for _ in range(3):
        run_once(store, rules(), channels, clock, project="shop")
        clock.move(60)
    assert [status for status, _ in pagerduty.requests] == [400]
    ((error,),) = store.query("SELECT LastError FROM alert_outbox WHERE Status = 'dead'").result_rows
    assert "HTTP 400" in error
    assert "routing_key" in error


def test_order_is_kept_when_a_pager_was_away(store: Store, traffic: Traffic) -> None:
    """A trigger that could not be sent still goes before its resolve."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    away = {"pager": PagerDuty(ROUTING_KEY, url="http://127.0.0.1:9/v2/enqueue")}
    run_once(store, rules(), away, clock, project="shop")
    clock.move(700)
    run_once(store, rules(), away, clock, project="shop")
    with PagerDutyReceiver() as pagerduty:
        channels = {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}
        for _ in range(2):
            clock.move(900)
            run_once(store, rules(), channels, clock, project="shop")
        assert actions(pagerduty) == ["trigger", "resolve"]


def test_a_day_of_failure_ends_in_the_dead_letters(store: Store, traffic: Traffic) -> None:
    """Retries end: after a day the message is dead, with what it died of."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    away = {"pager": PagerDuty(ROUTING_KEY, url="http://127.0.0.1:9/v2/enqueue")}
    run_once(store, rules(no_data="keep"), away, clock, project="shop")
    clock.move(90_000)
    assert run_once(store, rules(no_data="keep"), away, clock, project="shop").messages.dead == 1
    assert statuses(store) == [("trigger", "dead", 2)]


class Broken:
    """A channel with a fault of its own."""

    def send(self, notification: Notification, now: object) -> Outcome:
        raise RuntimeError("fault in the channel")


def test_a_broken_channel_does_not_stop_the_others(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """Its message waits; the other channel's goes out in the same pass."""
    traffic.calls(3, NOON, StatusCode="Error")
    report = run_once(store, rules(), {"broken": Broken(), **channels}, Clock(), project="shop")
    assert (report.messages.postponed, report.messages.delivered) == (1, 1)
    assert actions(pagerduty) == ["trigger"]
    (waiting,) = outbox.pending(store, "broken")
    assert waiting.last_error == "RuntimeError: fault in the channel"


def test_a_broken_rule_does_not_stop_the_others(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """It is reported; what it had firing stays as it was."""
    traffic.calls(3, NOON, StatusCode="Error")
    entry = {"name": "b", "sql": "SELECT nope", "threshold": 1}
    broken = from_mapping({"alerts": {"default_rules": False, "rules": [entry]}}).rules
    report = run_once(store, broken + rules(), channels, Clock(), project="shop")
    assert [failure.rule for failure in report.failures] == ["b"]
    assert actions(pagerduty) == ["trigger"]


def test_a_removed_rule_does_not_leave_its_alert_behind(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver, channels: dict[str, PagerDuty]
) -> None:
    """The alert of a rule that is gone is resolved."""
    clock = Clock()
    traffic.calls(3, NOON, StatusCode="Error")
    run_once(store, rules(), channels, clock, project="shop")
    clock.move(30)
    run_once(store, (), channels, clock)
    assert actions(pagerduty) == ["trigger", "resolve"]
    assert records.load_open(store, "shop") == []


def test_a_webhook_is_signed_and_keeps_its_id(store: Store, traffic: Traffic) -> None:
    """The receiver verifies the signature; a retry carries the same webhook-id."""
    secret = generated_secret()
    with WebhookReceiver(secret, tolerance_s=1e12) as hook:
        traffic.calls(3, NOON, StatusCode="Error")
        clock = Clock()
        hook.answer_next(500)
        channels = {"hook": Webhook(hook.url, key=decode_secret(secret) or b"")}
        for _ in range(2):
            run_once(store, rules(), channels, clock, project="shop")
            clock.move(60)
        (event,) = hook.events
        assert (event["type"], event["data"]["rule"]) == ("alert.fired", "errors")
        assert hook.ids == [event["data"]["id"]] * 2


def test_a_wrongly_signed_webhook_is_refused(store: Store, traffic: Traffic) -> None:
    """With another secret the receiver says 401, which is final."""
    with WebhookReceiver(generated_secret(), tolerance_s=1e12) as hook:
        traffic.calls(3, NOON, StatusCode="Error")
        channels = {"hook": Webhook(hook.url, key=b"x" * 32)}
        assert run_once(store, rules(), channels, Clock(), project="shop").messages.dead == 1
        assert hook.events == []
