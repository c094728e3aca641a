"""The transcript of a page's life: calls fail, somebody takes the page, the calls recover.

Two ways at once: our own PagerDuty channel, and a real Alertmanager (if prometheus-alertmanager is installed), whose
own PagerDuty notifier speaks to a second receiver. Both receivers are local and answer as PagerDuty's Events API does.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import yaml

from spanglass_app.alerting import acknowledge
from spanglass_collector.alerts import records
from spanglass_collector.alerts.channels import destinations_of, open_channels
from spanglass_collector.alerts.deliver import deliver
from spanglass_collector.alerts.pages import PageSettings
from spanglass_collector.alerts.rules import AlertConfig, from_mapping
from spanglass_collector.alerts.service import Watch, evaluate_once
from spanglass_collector.alerts.silences import Acknowledgement
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.service import prepare_store
from spanglass_collector.store import Store, StoreUrl, open_store

KEY = "0123456789abcdef0123456789abcdef"
RULE = {
    "name": "llm-error-rate", "title": "Model calls fail", "metric": "error_rate", "group_by": ["ServiceName"],
    "threshold": 0.1, "clear": 0.05, "min_count": 20, "for_s": 60, "severity": "critical",
    "runbook": "docs/runbooks/llm-error-rate.md",
}  # fmt: skip


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, theirs = (stack.enter_context(PagerDutyReceiver()) for _ in range(2))
        channels: dict[str, Any] = {"on-call": {"kind": "pagerduty", "routing_key": KEY, "url": ours.url}}
        command = shutil.which("prometheus-alertmanager")
        if command:
            url = stack.enter_context(alertmanager(command, folder, theirs.url))
            channels["alertmanager"] = {"kind": "alertmanager", "urls": [url]}
        else:
            print("prometheus-alertmanager is not installed (make system-packages): our own channel alone")
        config = from_mapping({"alerts": {**settings(), "channels": channels}})
        store_url = StoreUrl.parse(f"chdb://{folder}/clickhouse")
        prepare_store(store_url)
        with open_store(store_url) as store:
            Life(store, config, {"on-call": ours, "alertmanager": theirs}).live()
    return 0


def settings() -> dict[str, Any]:
    return {
        "default_rules": False,
        "rules": [RULE],
        "trace_url": "http://localhost:3000/d/spanglass-overview?var-trace_id={trace_id}",
        "runbook_base": "https://wiki.example.com/spanglass",
    }


class Life:
    """One page from its beginning to its end, printed as each receiver hears of it."""

    def __init__(self, store: Store, config: AlertConfig, receivers: Mapping[str, PagerDutyReceiver]) -> None:
        self._store = store
        self._receivers = receivers
        self._config = config
        self._channels = open_channels(config.channels, os.environ)
        self._watch = Watch(
            config.rules, destinations_of(self._channels, config.channels),
            PageSettings(config.trace_url, config.runbook_base),
        )  # fmt: skip
        self._heard = dict.fromkeys(receivers, 0)
        # Passes of the last minutes, so that what they say lies in the past of a real Alertmanager.
        self._begun = self._now = datetime.now(timezone.utc) - timedelta(seconds=185)

    def live(self) -> None:
        self.say("40 calls, 12 of them fail")
        self.calls(28, "Ok")
        self.calls(12, "Error")
        self.look("pending: nobody is told before it lasts 60 s", expect={})
        self.wait(60)
        self.look("firing", expect={"on-call": 1, "alertmanager": 1})
        self.wait(60)
        (record,) = records.load_open(self._store, "shop")
        taken = Acknowledgement("", record.dedup_key, record.standing.since, self._now, "ann", "looking")
        acknowledge(self._store, self._config, taken)
        self.look("spanglass alerts ack ... --by ann --comment looking", expect={"on-call": 1})
        self.wait(60)
        self.calls(400, "Ok")
        self.look("400 calls that answer: 3 % of errors, below `clear`", expect={"on-call": 1, "alertmanager": 1})

    def wait(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def say(self, text: str) -> None:
        print(f"\n{(self._now - self._begun).total_seconds():4.0f} s  {text}")

    def calls(self, count: int, status: str) -> None:
        names = ["Project", "Timestamp", "TraceId", "SpanId", "ServiceName", "Kind", "StatusCode", "ErrorType"]
        at, error = self._now - timedelta(seconds=1), "timeout" if status == "Error" else ""
        rows = [["shop", at, f"{os.urandom(16).hex()}", "1" * 16, "chat", "llm", status, error] for _ in range(count)]
        self._store.insert("spans", rows, names)

    def look(self, text: str, expect: Mapping[str, int]) -> None:
        """A pass, delivery to both channels, and what arrived."""
        self.say(text)
        evaluate_once(self._store, self._watch, lambda: self._now, project="shop")
        for name, channel in self._channels.items():
            deliver(self._store, name, channel, lambda: self._now, jitter=lambda: 0.0)
        for name, receiver in self._receivers.items():
            if name in self._channels:
                receiver.wait_for(self._heard[name] + expect.get(name, 0), 20)
                for event in receiver.events[self._heard[name] :]:
                    show(name, event)
                self._heard[name] = len(receiver.events)


def show(name: str, event: dict[str, Any]) -> None:
    way = "our PagerDuty channel" if name == "on-call" else "Alertmanager's PagerDuty notifier"
    print(f"        {way}: {event['event_action']}, dedup_key {event['dedup_key']}")
    if event["event_action"] != "trigger":
        return
    payload = event["payload"]
    print(f"            [{payload['severity']}] {payload['summary']}")
    for link in event.get("links", [])[:2] + event.get("links", [])[-1:]:
        print(f"            {link['text']}: {link['href']}")


@contextmanager
def alertmanager(command: str, folder: Path, pagerduty_url: str) -> Iterator[str]:
    pager = {"routing_key": KEY, "url": pagerduty_url, "send_resolved": True}
    configuration = {
        "route": {"receiver": "pd", "group_by": ["..."], "group_wait": "10ms", "group_interval": "200ms"},
        "receivers": [{"name": "pd", "pagerduty_configs": [pager]}],
    }
    (folder / "am.yml").write_text(yaml.safe_dump(configuration))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    arguments = [
        f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'am'}", "--cluster.listen-address=",
        f"--web.listen-address={url.removeprefix('http://')}", "--log.level=error",
    ]  # fmt: skip
    with subprocess.Popen([command, *arguments]) as process:
        try:
            wait_for(lambda: httpx.get(f"{url}/-/ready", timeout=1).is_success)
            yield url
        finally:
            process.terminate()


def wait_for(is_so: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if is_so():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise TimeoutError("Alertmanager did not start")


if __name__ == "__main__":
    sys.exit(main())
