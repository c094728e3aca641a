"""Debian's real Alertmanager between us and a PagerDuty-shaped receiver: what an on-call engineer gets through it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from spanglass_collector.alerts.channels.alertmanager import Alertmanager
from spanglass_collector.alerts.channels.contract import Delivered, Refused, RetryLater
from spanglass_collector.alerts.channels.pagerduty import PagerDuty
from spanglass_collector.alerts.deliver import deliver
from spanglass_collector.alerts.rule import Destination
from spanglass_collector.alerts.rules import Rule, from_mapping
from spanglass_collector.alerts.service import Watch, evaluate_once, utc_now
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.store import Store
from tests.alerts.programs import free_port, program, running, wait_until
from tests.alerts.test_channels import SAID
from tests.alerts.traffic import ROUTING_KEY, Clock, Traffic

RULE = {
    "name": "errors",
    "title": "Calls fail",
    "metric": "error_rate",
    "threshold": 0.5,
    "severity": "critical",
    "group_by": ["ServiceName"],
    "runbook": "https://runbooks.example/errors",
}


@dataclass
class Paged:
    """An Alertmanager, and the PagerDuty its own notifier speaks to."""

    url: str
    pagerduty: PagerDutyReceiver

    def alerts(self) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.url}/api/v2/alerts").json())


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paged]:
    command = program("prometheus-alertmanager")
    folder, port = tmp_path_factory.mktemp("alertmanager"), free_port()
    with PagerDutyReceiver() as pagerduty:
        (folder / "am.yml").write_text(yaml.safe_dump(configuration(pagerduty.url)))
        arguments = [
            f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
        ]  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        with running([command, *arguments], f"{url}/-/ready", folder / "log"):
            yield Paged(url, pagerduty)


def configuration(pagerduty_url: str) -> dict[str, Any]:
    """Sends within a second; Alertmanager's own PagerDuty notifier, whatever it puts in."""
    pager = {"routing_key": ROUTING_KEY, "url": pagerduty_url, "send_resolved": True}
    return {
        "route": {"receiver": "pd", "group_by": ["..."], "group_wait": "10ms", "group_interval": "200ms"},
        "receivers": [{"name": "pd", "pagerduty_configs": [pager]}],
    }


def rules() -> tuple[Rule, ...]:
    return from_mapping({"alerts": {"default_rules": False, "rules": [RULE]}}).rules


def test_a_page_lives_through_the_real_alertmanager(store: Store, traffic: Traffic, alertmanager: Paged) -> None:
    """Triggered, still firing after Alertmanager would have forgotten it, then resolved; PagerDuty hears both."""
    # Three passes a minute apart that end now: what they say must lie in the past of the real Alertmanager.
    clock, channel = Clock(utc_now() - timedelta(seconds=125)), Alertmanager((alertmanager.url,))
    watch = Watch(rules(), [Destination("am", repeat_s=60)])
    (trace, *_) = traffic.calls(3, clock.now, StatusCode="Error")
    for _ in range(3):
        evaluate_once(store, watch, clock, project="shop")
        assert deliver(store, "am", channel, clock, jitter=lambda: 0).delivered == 1
        clock.move(60)
    (shown,) = alertmanager.alerts()
    assert shown["labels"] == {
        "alertname": "errors", "severity": "critical", "project": "shop", "source": "spanglass", "ServiceName": "chat",
    }  # fmt: skip
    assert shown["annotations"]["runbook_url"] == "https://runbooks.example/errors"
    assert trace in shown["annotations"]["traces"]
    trigger = wait_until(lambda: alertmanager.pagerduty.events[:1])[0]
    assert (trigger["event_action"], trigger["payload"]["severity"]) == ("trigger", "error")
    assert "Calls fail" in json.dumps(trigger)
    clock.now = utc_now()
    traffic.calls(30, clock.now)
    evaluate_once(store, watch, clock, project="shop")
    assert deliver(store, "am", channel, clock, jitter=lambda: 0).delivered == 1
    resolve = wait_until(lambda: [e for e in alertmanager.pagerduty.events if e["event_action"] == "resolve"])[0]
    assert resolve["dedup_key"] == trigger["dedup_key"]


def test_repetitions_that_waited_are_said_once(store: Store, traffic: Traffic, alertmanager: Paged) -> None:
    """After an hour of an Alertmanager that was away, one message goes out instead of sixty."""
    clock, away = Clock(utc_now()), Alertmanager((f"http://127.0.0.1:{free_port()}",))
    watch = Watch(rules(), [Destination("am", repeat_s=60)])
    for _ in range(10):
        traffic.calls(3, clock.now, StatusCode="Error", ServiceName="away")
        evaluate_once(store, watch, clock, project="shop")
        deliver(store, "am", away, clock, jitter=lambda: 0)
        clock.move(60)
    clock.move(900)
    sent = 0
    for _ in range(3):
        sent += deliver(store, "am", Alertmanager((alertmanager.url,)), clock, jitter=lambda: 0).delivered
    assert sent == 2
    ((superseded,),) = store.query("SELECT count() FROM alert_outbox WHERE Status = 'superseded'").result_rows
    assert superseded >= 7


def test_one_member_that_is_away_is_tried_again(alertmanager: Paged) -> None:
    """All members of a cluster are told; the outcome is that of the one that was not."""
    both = Alertmanager((alertmanager.url, f"http://127.0.0.1:{free_port()}"))
    assert isinstance(both.send(SAID, utc_now()), RetryLater)
    assert isinstance(Alertmanager((alertmanager.url,)).send(SAID, utc_now()), Delivered)


def test_what_it_cannot_take_is_refused(alertmanager: Paged) -> None:
    """An alert without labels is a 400, which is final."""
    answer = httpx.post(f"{alertmanager.url}/api/v2/alerts", json=[{"labels": {}}])
    assert answer.status_code == 400
    wrong = Alertmanager((f"{alertmanager.url}/nowhere",))
    assert isinstance(wrong.send(SAID, utc_now()), Refused)


def test_both_ways_say_the_same(store: Store, traffic: Traffic, alertmanager: Paged, tmp_path: Path) -> None:
    """Alertmanager's own PagerDuty notifier and our PagerDuty channel tell of the same alert, at the same time."""
    clock = Clock(utc_now())
    with PagerDutyReceiver() as direct:
        traffic.calls(3, clock.now, StatusCode="Error", ServiceName="both")
        watch = Watch(rules(), [Destination("am", repeat_s=60), Destination("pd")])
        evaluate_once(store, watch, clock, project="shop")
        deliver(store, "am", Alertmanager((alertmanager.url,)), clock, jitter=lambda: 0)
        deliver(store, "pd", PagerDuty(ROUTING_KEY, url=direct.url), clock, jitter=lambda: 0)
        (own,) = direct.events
    through = wait_until(lambda: [e for e in alertmanager.pagerduty.events if "ServiceName = both" in json.dumps(e)])
    assert own["payload"]["summary"] in json.dumps(through[0], ensure_ascii=False)
    assert own["payload"]["custom_details"]["trace_ids"][0] in json.dumps(through[0])
