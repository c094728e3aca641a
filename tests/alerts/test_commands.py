"""`spanglass alerts` and `spanglass silence`, as a person types them, on a store of their own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_collector.alerts.rules import from_mapping
from spanglass_collector.alerts.service import run_once, utc_now
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.store import Store, StoreUrl
from tests.alerts.traffic import ROUTING_KEY, Traffic

RULE = {"name": "errors", "title": "Calls fail", "metric": "error_rate", "threshold": 0.5}
SETTINGS = """
[alerts]
default_rules = false
[[alerts.rules]]
name = "errors"
title = "Calls fail"
metric = "error_rate"
threshold = 0.5
window = "5m"
[alerts.channels.pager]
kind = "pagerduty"
routing_key_env = "PAGER_KEY"
url = "{url}"
"""


class Typed:
    """The command in a folder of its own, on the tests' store."""

    def __init__(self, folder: Path, url: StoreUrl) -> None:
        self.folder = folder
        store = f"chdb://{url.path}?database={url.database}"
        # Nothing listens on port 1: the store is opened directly.
        self._environment = {"SPANGLASS_STORE": store, "SPANGLASS_OTLP_HTTP": "127.0.0.1:1", "PAGER_KEY": ROUTING_KEY}

    def __call__(self, *arguments: str, expect: int = 0) -> str:
        done = CliRunner(env=self._environment).invoke(app, list(arguments))
        assert done.exit_code == expect, done.output
        return done.output


@pytest.fixture
def spanglass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: StoreUrl) -> Typed:
    monkeypatch.chdir(tmp_path)
    return Typed(tmp_path, store_url)


@pytest.fixture
def failing(store: Store) -> Store:
    """Twenty minutes of calls, of which the newest nine fail; the rule has fired."""
    now, traffic = utc_now(), Traffic(store)
    for minute in range(20):
        traffic.calls(2, now - timedelta(minutes=minute), StatusCode="Error" if minute < 9 else "Ok")
    run_once(store, from_mapping({"alerts": {"default_rules": False, "rules": [RULE]}}).rules, {}, project="shop")
    return store


def test_a_day_with_alerts(spanglass: Typed, failing: Store) -> None:
    """List, take, silence, see and end the silence."""
    (spanglass.folder / "spanglass.toml").write_text(SETTINGS.format(url="http://127.0.0.1:1/"))
    listed = spanglass("alerts", "list")
    assert "firing" in listed
    page = listed.splitlines()[1].split()[-1]
    assert "taken: Calls fail" in spanglass("alerts", "ack", page, "--by", "ann", "--comment", "looking")
    assert "taken by ann" in spanglass("alerts", "list")
    assert "no firing page with the key 'nothing'" in spanglass("alerts", "ack", "nothing", expect=1)
    added = spanglass("silence", "add", "rule=errors", "--for", "2h", "--comment", "known")
    assert "known" in spanglass("silence", "list")
    spanglass("silence", "remove", added.split()[0])
    assert "nothing is silenced" in spanglass("silence", "list")
    assert "is no matcher" in spanglass("silence", "add", "rule", expect=1)


def test_rules_are_checked_and_backtested(spanglass: Typed, failing: Store) -> None:
    """A mistake is named with its line; a backtest shows when the rule would have paged, and draws it."""
    (spanglass.folder / "rules.yaml").write_text(
        "rules:\n  - {name: errors, metric: error_rate, threshold: 0.5, window: 5m}\n"
    )
    assert "> 0.5 share" in spanglass("alerts", "check", "rules.yaml")
    asked = ("rules.yaml", "--since", "30m", "--step", "2m", "--project", "shop", "--out", "picture.svg")
    shown = spanglass("alerts", "backtest", *asked)
    assert "█" in shown
    assert (spanglass.folder / "picture.svg").read_text().startswith("<?xml")
    (spanglass.folder / "wrong.yaml").write_text("rules:\n  - name: errors\n    metric: eror_rate\n    threshold: 1\n")
    assert "wrong.yaml:3: alert rule 'errors': metric: 'eror_rate' is no metric" in spanglass(
        "alerts", "check", "wrong.yaml", expect=1
    )


def test_a_channel_is_tried(spanglass: Typed) -> None:
    """A test page goes out and is resolved; one that nobody takes is exit code 1."""
    with PagerDutyReceiver() as pagerduty:
        (spanglass.folder / "spanglass.toml").write_text(SETTINGS.format(url=pagerduty.url))
        assert "pager took the resolve" in spanglass("alerts", "test", "pager")
        assert [event["event_action"] for event in pagerduty.events] == ["trigger", "resolve"]
        pagerduty.answer_next(403)
        assert "pager did not take the trigger: HTTP 403" in spanglass("alerts", "test", "pager", expect=1)
    assert "there is no channel 'chat'" in spanglass("alerts", "test", "chat", expect=1)


def test_the_configured_rules_are_exported(spanglass: Typed) -> None:
    """To the terminal or a file; an unknown format is refused with those there are."""
    (spanglass.folder / "spanglass.toml").write_text(SETTINGS.format(url="http://127.0.0.1:1/"))
    assert 'spanglass_rule_value{rule="errors"' in spanglass("alerts", "export", "--format", "prometheus")
    spanglass("alerts", "export", "--format", "grafana", "--out", "grafana.yaml")
    assert "integrationKey: $PAGER_KEY" in (spanglass.folder / "grafana.yaml").read_text()
    assert "must be one of grafana, prometheus" in spanglass("alerts", "export", "--format", "x", expect=1)
