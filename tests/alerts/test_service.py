"""The service as it runs: a store that comes late, a pager that hangs; and the receiver as a process."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.rules import AlertConfig, default_rules, from_mapping
from spanglass_collector.alerts.service import run, run_once, utc_now
from spanglass_collector.alerts.table import load_toml
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from tests.alerts.traffic import ROUTING_KEY, Traffic


def config(*urls: str) -> AlertConfig:
    channels = "".join(
        f'[alerts.channels.c{i}]\nkind = "pagerduty"\nurl = "{url}"\nrouting_key = "{ROUTING_KEY}"\n'
        for i, url in enumerate(urls)
    )
    rule = '[[alerts.rules]]\nname = "errors"\nmetric = "error_rate"\nthreshold = 0.5\n'
    return from_mapping(load_toml(f"[alerts]\ndefault_rules = false\n{rule}{channels}"))


@contextmanager
def running(url: StoreUrl, settings: AlertConfig) -> Iterator[None]:
    stop = threading.Event()
    service = threading.Thread(target=run, args=(url, settings, stop, 0.05))
    service.start()
    try:
        yield
    finally:
        stop.set()
        service.join()


def test_a_store_that_comes_late_is_waited_for(store_url: StoreUrl) -> None:
    """Started before the database exists, the service pages once there is something to page about."""
    late = StoreUrl.parse(f"chdb://{store_url.path}?database={store_url.database}_late")
    with PagerDutyReceiver() as pagerduty, running(late, config(pagerduty.url)):
        with open_store(late, create_database=True) as store:
            migrate(store, late)
            Traffic(store).calls(3, utc_now(), StatusCode="Error")
        (event,) = pagerduty.wait_for(1)
    assert event["event_action"] == "trigger"


def test_a_hanging_pager_holds_up_nobody_else(store_url: StoreUrl, traffic: Traffic) -> None:
    """While one channel waits for an answer, the other has already paged."""
    release = threading.Event()

    class Hanging(PagerDutyReceiver):
        def judge(self, headers: object, body: bytes) -> tuple[int, dict[str, object]]:
            release.wait(10)
            return 202, {}

    with (
        Hanging() as hanging,
        PagerDutyReceiver() as pagerduty,
        running(store_url, config(hanging.url, pagerduty.url)),
    ):
        traffic.calls(3, utc_now(), StatusCode="Error")
        assert len(pagerduty.wait_for(1)) == 1
        assert hanging.events == []
        release.set()
        assert len(hanging.wait_for(1)) == 1


def test_the_receiver_runs_as_a_process(tmp_path: Path) -> None:
    """It says its address, answers like PagerDuty, and keeps what it took in a file."""
    out = tmp_path / "events.jsonl"
    module = "spanglass_collector.alerts.testing"
    command = [sys.executable, "-m", module, "--port", "0", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            event = {"routing_key": ROUTING_KEY, "event_action": "resolve", "dedup_key": "k"}
            assert httpx.post(url, json=event).status_code == 202
            refused = httpx.post(url, json={"event_action": "trigger"})
        finally:
            process.terminate()
    assert refused.status_code == 400
    assert "'payload' is missing" in refused.json()["errors"]
    assert json.loads(out.read_text()) == event


def test_alerts_run_over_the_collectors_sql_endpoint(shared_store: ClickHouseStore) -> None:
    """As a companion process of the collector: rules, states and outbox by HTTP, for a project of its own."""
    project = "paged-over-http"
    Traffic(shared_store).calls(3, utc_now(), StatusCode="Error", Project=project)
    with PagerDutyReceiver() as pagerduty:
        settings = config(pagerduty.url)
        channels = open_channels(settings.channels, {})
        for _ in range(2):
            report = run_once(shared_store, settings.rules, channels, project=project)
            assert report.failures == []
        defaults = run_once(shared_store, default_rules(), channels, project=project)
        assert defaults.failures == []
    assert [event["event_action"] for event in pagerduty.events] == ["trigger", "resolve"]
