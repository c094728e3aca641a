"""The rules as others read them: Grafana's SQL answers as ours does, promtool and amtool take the files."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanglass_collector.alerts.export import FORMATS
from spanglass_collector.alerts.export.__main__ import REPOSITORY, generated
from spanglass_collector.alerts.observe import RuleFailure, observe
from spanglass_collector.alerts.rules import AlertConfig, default_rules, from_mapping
from spanglass_collector.alerts.source import parse_toml
from spanglass_collector.store import Store
from spanglass_dashboards.macros import TimeRange, expand_backend
from tests.alerts.programs import program
from tests.alerts.traffic import NOON, Traffic

SECRET = "0123456789abcdef0123456789abcdef"
CONFIG = f"""
[alerts.channels.pager]
kind = "pagerduty"
routing_key = "{SECRET}"
severities = ["critical"]
[alerts.channels.chat]
kind = "slack"
url_env = "CHAT_URL"
[alerts.channels.mail]
kind = "email"
host = "mail.example"
from = "spanglass@example.com"
to = ["on-call@example.com"]
username = "u"
password = "{SECRET}"
[alerts.channels.genie]
kind = "opsgenie"
api_key = "{SECRET}"
[alerts.channels.teams]
kind = "teams"
url = "https://example.com/{SECRET}"
[alerts.channels.discord]
kind = "discord"
url = "https://example.com/{SECRET}"
[alerts.channels.hook]
kind = "webhook"
url = "https://example.com/hook"
[alerts.channels.am]
kind = "alertmanager"
urls = ["http://127.0.0.1:9093"]

[[alerts.maintenance]]
name = "nights"
matchers = []
days = ["sat", "sun"]
begins = "22:00"
length = "8h"
timezone = "Europe/Berlin"

[[alerts.rules]]
name = "budget"
kind = "budget"
budget_usd = 10
channels = ["mail"]
"""


@pytest.fixture
def config() -> AlertConfig:
    return from_mapping(parse_toml(CONFIG).content)


def everything(traffic: Traffic) -> None:
    """Something for every shipped rule to find."""
    traffic.calls(30, NOON, StatusCode="Error", ErrorType="timeout")
    traffic.calls(120, NOON, ServiceName="slow", Duration=90_000_000_000, CostUsd=1.0)
    for days in (1, 7):
        traffic.calls(60, NOON - timedelta(days=days), ServiceName="gone")
    traffic.scores(40, NOON, Label="toxic")
    traffic.scores(40, NOON, Name="broken", Evaluator="broken", Error="ValueError: what was judged", Value=None)
    for end in (NOON - timedelta(hours=1), NOON):
        traffic.window(end)
        traffic.window(end, Name="group_gap", Cohort="a vs b")


def grafana_rules(config: AlertConfig, project: str) -> list[dict[str, Any]]:
    document = yaml.safe_load(FORMATS["grafana"](config, project))
    return list(document["groups"][0]["rules"])


def test_grafana_asks_what_we_ask(store: Store, traffic: Traffic) -> None:
    """Each rule's SQL, after the plugin's macros, gives the values and labels of our own question."""
    everything(traffic)
    rules = default_rules()
    found = 0
    for rule, exported in zip(rules, grafana_rules(AlertConfig(rules=rules), "shop"), strict=True):
        query = exported["data"][0]
        start = NOON - timedelta(seconds=query["relativeTimeRange"]["from"])
        result = store.query(expand_backend(query["model"]["rawSql"], TimeRange(start, NOON)))
        rows = [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
        theirs = {(row.pop("value"), tuple(sorted((k, str(v)) for k, v in row.items() if v))) for row in rows}
        ours = observe(store, rule, "shop" if rule.scope == "project" else "", NOON)
        assert not isinstance(ours, RuleFailure)
        assert theirs == {(s.value, tuple(sorted(s.labels.items()))) for s in ours}, rule.name
        found += len(ours)
    assert found >= 8


def test_grafana_files_keep_its_shape(config: AlertConfig) -> None:
    """Uids fit, conditions name a query there is, every route's receiver is a contact point."""
    document = yaml.safe_load(FORMATS["grafana"](config, "shop"))
    rules = document["groups"][0]["rules"]
    assert len({rule["uid"] for rule in rules}) == len(rules)
    for rule in rules:
        assert len(rule["uid"]) <= 40
        assert [query["refId"] for query in rule["data"]] == ["A", "B", "C"]
        assert "$__conditionalAll" not in rule["data"][0]["model"]["rawSql"]
        assert rule["for"].endswith("s")
    names = {point["name"] for point in document["contactPoints"]}
    (policy,) = document["policies"]
    assert names == {channel.name for channel in config.channels}
    assert {policy["receiver"], *(route["receiver"] for route in policy["routes"])} <= names
    pager = next(route for route in policy["routes"] if route["receiver"] == "pager")
    assert ["alertname", "!~", "budget"] in pager["object_matchers"]
    assert ["severity", "=~", "critical"] in pager["object_matchers"]


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_is_exported(config: AlertConfig, form: str) -> None:
    """Names of variables or files stand in their place."""
    assert SECRET not in FORMATS[form](config, "shop")


def test_promtool_takes_the_rules(config: AlertConfig, tmp_path: Path) -> None:
    """Of an own configuration and of the shipped one; and the ready scrape configuration."""
    promtool = program("promtool")
    (tmp_path / "rules.yml").write_text(FORMATS["prometheus"](config, "shop"), encoding="utf-8")
    shipped = REPOSITORY / "deploy/prometheus/prometheus.yml"
    for arguments in (["rules", str(tmp_path / "rules.yml")], ["config", str(shipped)]):
        done = subprocess.run([promtool, "check", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_amtool_takes_the_receivers(config: AlertConfig, tmp_path: Path) -> None:
    """Routes, receivers, mute times and inhibitions are an Alertmanager's configuration."""
    amtool = program("amtool")
    (tmp_path / "am.yml").write_text(FORMATS["alertmanager"](config, "shop"), encoding="utf-8")
    command = [amtool, "check-config", str(tmp_path / "am.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = [
        *command[:1],
        "config",
        "routes",
        "test",
        "--config.file",
        command[2],
        "alertname=budget",
        "severity=warning",
    ]
    routed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert routed.split() == ["mail"]


def test_generated_files_are_current() -> None:
    """What is committed is what the shipped rules give."""
    for name, text in generated().items():
        assert (REPOSITORY / name).read_text(encoding="utf-8") == text, f"{name}: make alert-files"


def test_every_shipped_rule_has_its_runbook() -> None:
    """The page's link leads to a document of the rule's name that says what to do."""
    for rule in default_rules():
        assert rule.runbook == f"docs/runbooks/{rule.name}.md"
        text = (REPOSITORY / rule.runbook).read_text(encoding="utf-8")
        assert f"# {rule.name}" in text
        assert "## What to do" in text
