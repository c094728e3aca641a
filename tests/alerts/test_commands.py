"""`spanglass alerts` and `spanglass silence`, as a person types them, on a store of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spanglass_collector.alerts.testing import PagerDutyReceiver
from tests.alerts.traffic import ROUTING_KEY

FILL = """
import sys
from datetime import timedelta
from spanglass_collector.alerts.rules import from_mapping
from spanglass_collector.alerts.service import run_once, utc_now
from spanglass_collector.service import prepare_store
from spanglass_collector.store import StoreUrl, open_store
from tests.alerts.traffic import Traffic
url = StoreUrl.parse(sys.argv[1])
prepare_store(url)
with open_store(url) as store:
    for minute in range(0, 20):
        Traffic(store).calls(2, utc_now() - timedelta(minutes=minute), StatusCode="Error" if minute < 9 else "Ok")
    rule = {"name": "errors", "title": "Calls fail", "metric": "error_rate", "threshold": 0.5}
    run_once(store, from_mapping({"alerts": {"default_rules": False, "rules": [rule]}}).rules, {})
"""
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


def spanglass(folder: Path, *arguments: str, expect: int = 0) -> str:
    """The command's output, in `folder`, where its settings and its store are."""
    environment = {**os.environ, "PAGER_KEY": ROUTING_KEY, "SPANGLASS_DATA_DIR": str(folder / "data")}
    environment["SPANGLASS_OTLP_HTTP"] = "127.0.0.1:1"
    command = [sys.executable, "-m", "spanglass_app.command", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("commands")
    (path / "data").mkdir()
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", FILL, f"chdb://{path}/data/clickhouse"], cwd=root, check=True)
    return path


def test_a_day_with_alerts(folder: Path) -> None:
    """List, take, silence, see and end the silence."""
    (folder / "spanglass.toml").write_text(SETTINGS.format(url="http://127.0.0.1:1/"))
    listed = spanglass(folder, "alerts", "list")
    assert "firing" in listed
    page = listed.splitlines()[1].split()[-1]
    assert "taken: Calls fail" in spanglass(folder, "alerts", "ack", page, "--by", "ann", "--comment", "looking")
    assert "taken by ann" in spanglass(folder, "alerts", "list")
    assert "no firing page with the key 'nothing'" in spanglass(folder, "alerts", "ack", "nothing", expect=1)
    added = spanglass(folder, "silence", "add", "rule=errors", "--for", "2h", "--comment", "known")
    assert "known" in spanglass(folder, "silence", "list")
    spanglass(folder, "silence", "remove", added.split()[0])
    assert "nothing is silenced" in spanglass(folder, "silence", "list")
    assert "is no matcher" in spanglass(folder, "silence", "add", "rule", expect=1)


def test_rules_are_checked_and_backtested(folder: Path) -> None:
    """A mistake is named with its line; a backtest shows when the rule would have paged, and draws it."""
    (folder / "rules.yaml").write_text("rules:\n  - {name: errors, metric: error_rate, threshold: 0.5, window: 5m}\n")
    assert "> 0.5 share" in spanglass(folder, "alerts", "check", "rules.yaml")
    asked = ("rules.yaml", "--since", "30m", "--step", "2m", "--project", "shop", "--out", "picture.svg")
    shown = spanglass(folder, "alerts", "backtest", *asked)
    assert "█" in shown
    assert (folder / "picture.svg").read_text().startswith("<?xml")
    (folder / "wrong.yaml").write_text("rules:\n  - name: errors\n    metric: eror_rate\n    threshold: 1\n")
    assert "wrong.yaml:3: alert rule 'errors': metric: 'eror_rate' is no metric" in spanglass(
        folder, "alerts", "check", "wrong.yaml", expect=1
    )


def test_a_channel_is_tried(folder: Path) -> None:
    """A test page goes out and is resolved; one that nobody takes is exit code 1."""
    with PagerDutyReceiver() as pagerduty:
        (folder / "spanglass.toml").write_text(SETTINGS.format(url=pagerduty.url))
        assert "pager took the resolve" in spanglass(folder, "alerts", "test", "pager")
        assert [event["event_action"] for event in pagerduty.events] == ["trigger", "resolve"]
        pagerduty.answer_next(403)
        assert "pager did not take the trigger: HTTP 403" in spanglass(folder, "alerts", "test", "pager", expect=1)
    assert "there is no channel 'chat'" in spanglass(folder, "alerts", "test", "chat", expect=1)


def test_the_configured_rules_are_exported(folder: Path) -> None:
    """To the terminal or a file; an unknown format is refused with those there are."""
    (folder / "spanglass.toml").write_text(SETTINGS.format(url="http://127.0.0.1:1/"))
    assert 'spanglass_rule_value{rule="errors"' in spanglass(folder, "alerts", "export", "--format", "prometheus")
    spanglass(folder, "alerts", "export", "--format", "grafana", "--out", "grafana.yaml")
    assert "integrationKey: $PAGER_KEY" in (folder / "grafana.yaml").read_text()
    assert "must be one of grafana, prometheus" in spanglass(folder, "alerts", "export", "--format", "x", expect=1)
