"""What is not said, and when it is said after all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from spanglass_collector.alerts.channels.pagerduty import PagerDuty
from spanglass_collector.alerts.quiet import Maintenance, Matcher, Silence, read_maintenance
from spanglass_collector.alerts.rules import Rule, from_mapping
from spanglass_collector.alerts.service import run_once
from spanglass_collector.alerts.silences import add_silence, load_silences, remove_silence
from spanglass_collector.alerts.table import Table
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store import Store
from tests.alerts.traffic import NOON, ROUTING_KEY, Clock, Traffic

ERRORS = {
    "name": "errors",
    "title": "Calls fail",
    "metric": "error_rate",
    "threshold": 0.5,
    "group_by": ["ServiceName"],
}
SLOW = {"name": "slow", "metric": "latency_p95_s", "threshold": 5, "group_by": ["ServiceName"]}


def rules(*entries: dict[str, object]) -> tuple[Rule, ...]:
    return from_mapping({"alerts": {"default_rules": False, "rules": list(entries)}}).rules


@pytest.fixture
def pagerduty() -> Iterator[PagerDutyReceiver]:
    with PagerDutyReceiver() as receiver:
        yield receiver


def heard(receiver: PagerDutyReceiver) -> list[tuple[str, str]]:
    return [(e["event_action"], e.get("payload", {}).get("component", "")) for e in receiver.events]


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("a=x", "x", True), ("a=x", "xx", False), ("a!=x", "y", True), ("a=~x.*", "xyz", True),
        ("a=~x", "xyz", False), ("a!~x.*", "y", True), ('a="x y"', "x y", True), ("a=", "", True),
    ],
)  # fmt: skip
def test_matchers_are_alertmanagers(text: str, value: str, agrees: bool) -> None:
    """Equality and whole-value regular expressions; a missing label is empty."""
    assert Matcher.parse(text).matches({"a": value} if value else {}) is agrees


@pytest.mark.parametrize("text", ["a", "a=~[", "=x", "a>3"])
def test_what_is_no_matcher_is_refused(text: str) -> None:
    """With how one is written."""
    with pytest.raises(ConfigurationError):
        Matcher.parse(text)


def test_a_silence_holds_back_and_its_end_lets_go(store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver) -> None:
    """Nothing is said while it holds, the other service pages; what still fires when it ends is said then."""
    clock, channels = Clock(), {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}
    matcher = (Matcher.parse("ServiceName=chat"),)
    add_silence(store, Silence("s1", "shop", matcher, NOON, NOON + timedelta(minutes=5), "known", "ann"), NOON)
    traffic.calls(3, NOON, StatusCode="Error")
    traffic.calls(3, NOON, StatusCode="Error", ServiceName="search")
    run_once(store, rules(ERRORS), channels, clock, project="shop")
    assert heard(pagerduty) == [("trigger", "search")]
    ((muted_by,),) = store.query("SELECT MutedBy FROM alert_states WHERE NOT Told").result_rows
    assert muted_by == "silence s1"
    clock.move(301)
    run_once(store, rules(ERRORS), channels, clock, project="shop")
    assert heard(pagerduty) == [("trigger", "search"), ("trigger", "chat")]


def test_a_silence_does_not_hold_back_a_resolution(
    store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver
) -> None:
    """Who was told that it began is told that it ended; who was told nothing hears nothing."""
    clock, channels = Clock(), {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}
    traffic.calls(3, NOON, StatusCode="Error")
    run_once(store, rules(ERRORS), channels, clock, project="shop")
    add_silence(store, Silence("s2", "", (), NOON, NOON + timedelta(days=1)), NOON)
    clock.move(900)
    traffic.calls(3, clock.now, StatusCode="Error", ServiceName="search")
    run_once(store, rules(ERRORS), channels, clock, project="shop")
    clock.move(900)
    run_once(store, rules(ERRORS), channels, clock, project="shop")
    assert [action for action, _ in heard(pagerduty)] == ["trigger", "resolve"]


def test_a_removed_silence_holds_no_more(store: Store) -> None:
    """It is gone from the list; a second removal says that there is none."""
    add_silence(store, Silence("s3", "", (), NOON, NOON + timedelta(hours=1)), NOON)
    assert [s.id for s in load_silences(store, NOON)] == ["s3"]
    remove_silence(store, "s3", NOON + timedelta(minutes=1))
    assert load_silences(store, NOON + timedelta(minutes=2)) == []
    with pytest.raises(ConfigurationError, match="there is no silence 's3'"):
        remove_silence(store, "s3", NOON + timedelta(minutes=2))


def test_the_worse_alert_explains_the_lesser(store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver) -> None:
    """A service that fails and is slow pages once; another one's slowness is not explained by it."""
    clock, channels = Clock(), {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}
    traffic.calls(3, NOON, StatusCode="Error", Duration=9_000_000_000)
    traffic.calls(3, NOON, ServiceName="search", Duration=9_000_000_000)
    asked = rules(ERRORS, {**SLOW, "inhibited_by": ["errors"]})
    run_once(store, asked, channels, clock, project="shop")
    assert sorted((e["payload"]["class"], e["payload"]["component"]) for e in pagerduty.events) == [
        ("errors", "chat"),
        ("slow", "search"),
    ]


def test_alerts_of_a_rule_can_be_one_page(store: Store, traffic: Traffic, pagerduty: PagerDutyReceiver) -> None:
    """It triggers with the first, says when another joins, and resolves with the last."""
    clock, channels = Clock(), {"pager": PagerDuty(ROUTING_KEY, url=pagerduty.url)}
    asked = rules({**ERRORS, "page_per": "rule"})
    for service in ("chat", "search", "chat"):
        traffic.calls(3, clock.now, StatusCode="Error", ServiceName=service)
        run_once(store, asked, channels, clock, project="shop")
        clock.move(400)
    for _ in range(3):
        run_once(store, asked, channels, clock, project="shop")
        clock.move(400)
    assert [action for action, _ in heard(pagerduty)] == ["trigger", "trigger", "resolve"]
    assert len({event["dedup_key"] for event in pagerduty.events}) == 1
    joined = pagerduty.events[1]["payload"]
    assert joined["summary"].endswith("(and 1 more)")
    assert [a["labels"]["ServiceName"] for a in joined["custom_details"]["alerts"]] == ["chat", "search"]


BERLIN_NIGHTS = Maintenance(
    "nights", (), None, None, ("sat",), datetime(2026, 1, 1, 22).time(), timedelta(hours=8), "Europe/Berlin"
)


@pytest.mark.parametrize(
    ("moment", "is_on"),
    [
        ("2026-03-07T20:59:00+00:00", False), ("2026-03-07T21:00:00+00:00", True), ("2026-03-08T04:59:00+00:00", True),
        ("2026-03-08T05:00:00+00:00", False), ("2026-03-06T22:00:00+00:00", False),
        # The night in which the clocks go forward: it still begins at 22:00 there.
        ("2026-03-28T21:00:00+00:00", True), ("2026-08-01T20:30:00+00:00", True),
    ],
)  # fmt: skip
def test_maintenance_keeps_local_time(moment: str, is_on: bool) -> None:
    """Across midnight, on its days, in winter and summer time."""
    assert BERLIN_NIGHTS.covers({}, datetime.fromisoformat(moment)) is is_on


def test_maintenance_is_read_and_checked() -> None:
    """Recurring and single stretches; wrong days and zones are named."""
    once = {
        "name": "move",
        "matchers": ["ServiceName=chat"],
        "start": "2026-03-01T11:00:00Z",
        "end": "2026-03-01T13:00:00Z",
    }
    (read,) = read_maintenance(Table("alerts", {"maintenance": [once]}))
    assert read.covers({"ServiceName": "chat"}, NOON)
    assert not read.covers({"ServiceName": "search"}, NOON)
    assert not read.covers({"ServiceName": "chat"}, datetime(2026, 3, 1, 13, tzinfo=timezone.utc))
    for key, value in (("days", ["funday"]), ("timezone", "Mars/North"), ("begins", "late"), ("matchers", ["x"])):
        entry = {"name": "m", "matchers": [], "begins": "22:00", key: value}
        with pytest.raises(ConfigurationError, match=f"alerts.maintenance\\[0\\]: {key}: "):
            list(read_maintenance(Table("alerts", {"maintenance": [entry]})))
