"""Our own lint of the dashboards: that it passes, and that each rule can fail."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from spanglass_collector.alerts.rules import default_rules
from spanglass_dashboards import command, lint
from tests.dashboards.conftest import COMMITTED, REPOSITORY

Dashboard = dict[str, Any]
PACKAGE = files("spanglass_dashboards")


def test_the_committed_json_is_what_the_code_generates(tmp_path: Path) -> None:
    """`check` passes on the committed files, not on changed ones, and not on what nothing generates."""
    assert command.main(["check"]) == 0
    assert command.main(["build", "--out", str(tmp_path)]) == 0
    assert command.main(["check", "--out", str(tmp_path)]) == 0
    (tmp_path / "extra.json").write_text("{}")
    assert command.main(["check", "--out", str(tmp_path)]) == 1
    (tmp_path / "extra.json").unlink()
    (tmp_path / "overview.json").write_text("{}")
    assert command.main(["check", "--out", str(tmp_path)]) == 1


def test_the_committed_dashboards_break_no_rule() -> None:
    """All nine."""
    assert len(COMMITTED) == 9
    assert lint.findings(COMMITTED) == []


def _asks(sql: str) -> Callable[[Dashboard], object]:
    return _first_panel(lambda panel: panel["targets"][0].update(rawSql=sql))


def _first_panel(change: Callable[[dict[str, Any]], object]) -> Callable[[Dashboard], object]:
    return lambda dashboard: change(lint.panels(dashboard)[0])


BROKEN: dict[str, Callable[[Dashboard], object]] = {
    "needs a title": _first_panel(lambda p: p.update(description="no full stop")),
    "needs a unit": _first_panel(lambda p: p["fieldConfig"]["defaults"].update(unit="furlong")),
    "two panels are called": _first_panel(lambda p: p.update(title="Error rate")),
    "needs schema": lambda d: d.update(schemaVersion=36),
    "share an id": _first_panel(lambda p: p.update(id=2**40) or p["gridPos"].update(x=23)),
    "must ask ${datasource}": _first_panel(lambda p: p["targets"][0].update(datasource={"uid": "abc"})),
    "is used and no variable": _asks("$__fromTime ${project:raw} ${x:raw}"),
    "changes nothing": lambda d: d["templating"]["list"].append({"name": "unused", "type": "textbox"}),
    "not bounded": _asks("SELECT '${project:raw}'"),
    "shows all projects": _asks("SELECT $__fromTime"),
    "may not change settings": _asks("$__fromTime ${project:raw} SETTINGS final = 0 "),
    "which is no dashboard": _first_panel(lambda p: p["links"].append({"url": "/d/elsewhere?a=b"})),
    "which it has not": _first_panel(lambda p: p["links"].append({"url": "/d/spanglass-cost?var-colour=red"})),
}  # fmt: skip


@pytest.mark.parametrize("finding", BROKEN)
def test_each_rule_finds_what_breaks_it(finding: str) -> None:
    """One broken dashboard a rule."""
    changed = copy.deepcopy(COMMITTED)
    BROKEN[finding](changed["overview"])
    assert any(finding in text for text in lint.findings(changed)), lint.findings(changed)


@pytest.mark.parametrize("name", COMMITTED)
def test_every_sql_file_is_shown(name: str) -> None:
    """A statement nobody draws would rot."""
    folder = PACKAGE.joinpath(name)
    there = {entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    text = "".join(entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".py"))
    assert there == {word for word in re.findall(r'"(\w+)"', text) if word in there}


def test_every_shared_piece_is_used() -> None:
    """A filter nobody includes would rot."""
    texts = [path.read_text() for path in Path(str(PACKAGE)).rglob("*") if path.suffix in (".sql", ".py")]
    for entry in PACKAGE.joinpath("shared").iterdir():
        name = entry.name.removesuffix(".sql")
        kind, _, rest = name.partition("_")
        used = f'"{rest}"' if kind in ("variable", "annotation") else f"-- include: {name}"
        assert any(used in text for text in texts), name


def test_thresholds_are_those_of_the_shipped_alerts() -> None:
    """What turns red is what pages."""
    rules = {rule.name: rule.threshold for rule in default_rules()}
    drawn = {
        panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
        for name in ("overview", "drift", "training", "itself")
        for panel in lint.panels(COMMITTED[name])
        if "thresholds" in panel["fieldConfig"]["defaults"]
    }
    assert drawn["Error rate"] == drawn["Error rate by version"] == rules["llm-error-rate"]
    assert drawn["Latency p95"] == rules["llm-latency"] * 1e9
    assert drawn["Toxic share"] == rules["toxic-answers"]
    assert drawn["Effect size"] == rules["drift"]
    assert drawn["Failed judgements"] == rules["evaluators-failing"]


def test_no_alert_uses_what_only_the_browser_knows() -> None:
    """$__conditionalAll has no meaning outside a dashboard."""
    alerts = REPOSITORY / "collector" / "spanglass_collector" / "alerts"
    provisioned = REPOSITORY / "dashboards" / "provisioning"
    texts = [path for folder in (alerts, provisioned) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in texts if b"$__conditionalAll" in path.read_bytes()]
