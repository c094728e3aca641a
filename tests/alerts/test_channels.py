"""What goes over the wire, without a wire."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from spanglass_collector.alerts.channels.contract import Refused, RetryLater
from spanglass_collector.alerts.channels.pagerduty import LARGEST_EVENT_BYTES, PagerDuty, encode
from spanglass_collector.alerts.channels.webhook import decode_secret, sign
from spanglass_collector.alerts.deliver import Schedule
from spanglass_collector.alerts.notification import Notification, describe_window, summarise
from spanglass_collector.alerts.testing import PagerDutyReceiver, find_errors
from tests.alerts.traffic import NOON, ROUTING_KEY

SAID = Notification(
    id="msg_1",
    event="trigger",
    project="shop",
    rule="errors",
    severity="critical",
    dedup_key="spanglass/errors/1",
    summary="Calls fail",
    since=NOON,
    at=NOON,
    value=0.5,
    condition="> 0.1",
    labels={"ServiceName": "chat"},
    trace_ids=("a", "b"),
    runbook="docs/alerts.md#errors",
)


@pytest.mark.parametrize("event", ["trigger", "resolve"])
def test_pagerduty_would_take_our_events(event: str) -> None:
    """Both kinds pass the receiver's reading of the Events API v2."""
    assert find_errors(encode(PagerDuty(ROUTING_KEY).event(replace(SAID, event=event)))) == []


def test_long_and_large_events_are_cut_to_the_limits() -> None:
    """A summary keeps 1024 characters; details too large to send become a note, the rest goes out."""
    said = replace(SAID, summary="x" * 5000, details={"text": "y" * 600_000})
    body = encode(PagerDuty(ROUTING_KEY).event(said))
    assert len(body) <= LARGEST_EVENT_BYTES
    assert find_errors(body) == []
    assert "details left out" in json.loads(body)["payload"]["custom_details"]["error"]


def test_a_notification_survives_the_outbox() -> None:
    """JSON and back is the same notification."""
    assert Notification.from_json(SAID.to_json()) == SAID


def test_signatures_are_those_of_standard_webhooks() -> None:
    """The example of the specification's reference implementation."""
    key = decode_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key is not None
    body = b'{"test": 2432232314}'
    signature = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["", "abc", "whsec_***", "whsec_" + base64.b64encode(b"short").decode()])
def test_what_is_no_secret_is_not_taken_for_one(text: str) -> None:
    """Wrong prefix, wrong alphabet, too short."""
    assert decode_secret(text) is None


def test_waits_double_up_to_their_bound() -> None:
    """Backoff doubles, ends at the longest wait, and jitter takes off at most half."""
    schedule = Schedule(base_s=2, longest_s=60)
    assert [schedule.delay_s(n, 1.0) for n in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    assert schedule.delay_s(3, 0.0) == 8
    assert schedule.delay_s(10_000, 1.0) == 60


def test_a_summary_reads_as_a_sentence() -> None:
    """Title, value, condition, where; parts that are unknown are left out."""
    assert summarise("Slow", 12.3456, "> 5 s over 10m", {"Model": "m"}) == "Slow: 12.35 (> 5 s over 10m) for Model=m"
    assert summarise("Slow", None, "", {}) == "Slow"
    assert [describe_window(s) for s in (90, 600, 3600, 172_800)] == ["90s", "10m", "1h", "2d"]


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("7", 7), ("Sun, 01 Mar 2026 12:01:00 GMT", 60), ("999999999", 3600), ("soon", 0), ("-5", 0), ("", 0)],
)
def test_retry_after_is_read_and_bounded(header: str, wait_s: float) -> None:
    """Seconds or a date; a receiver cannot put a page off for longer than an hour."""
    with PagerDutyReceiver() as receiver:
        receiver.answer_next(429, headers={"Retry-After": header})
        outcome = PagerDuty(ROUTING_KEY, url=receiver.url).send(SAID, NOON)
    assert isinstance(outcome, RetryLater)
    assert outcome.after_s == wait_s


@pytest.mark.parametrize(("status", "final"), [(408, False), (500, False), (301, True), (404, True), (410, True)])
def test_a_status_says_whether_to_try_again(status: int, final: bool) -> None:
    """Timeouts and server errors pass; redirects and refusals do not."""
    with PagerDutyReceiver() as receiver:
        receiver.answer_next(status)
        outcome = PagerDuty(ROUTING_KEY, url=receiver.url).send(SAID, NOON)
    assert isinstance(outcome, Refused if final else RetryLater)
