"""Our own lint of the committed dashboard JSON."""

from __future__ import annotations

import itertools
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from spanglass_collector.alerts.rules import default_rules
from spanglass_dashboards import command, dashboards
from spanglass_dashboards.overview import dashboard as source
from tests.dashboards.conftest import REPOSITORY

Dashboard = dict[str, Any]
UNITS = {"short", "percentunit", "ns", "currencyUSD", "cpm", "none"}


def drawn(overview: Dashboard) -> list[Dashboard]:
    return [panel for panel in overview["panels"] if panel["type"] != "row"]


def test_the_committed_json_is_what_the_code_generates(tmp_path: Path) -> None:
    """`check` passes on the committed files, and not on others."""
    assert command.main(["check"]) == 0
    assert command.main(["build", "--out", str(tmp_path)]) == 0
    (tmp_path / "overview.json").write_text("{}")
    assert command.main(["check", "--out", str(tmp_path)]) == 1
    assert list(dashboards()) == ["overview.json"]


def test_every_panel_says_what_it_shows_and_in_what_unit(overview: Dashboard) -> None:
    """Title, description, a unit Grafana knows, and the datasource variable on panel and query."""
    for panel in drawn(overview):
        assert panel["title"], panel
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert [target["datasource"]["uid"] for target in panel["targets"]] == ["${datasource}"], panel["title"]


def test_ids_are_unique_and_panels_do_not_overlap(overview: Dashboard) -> None:
    """Each cell of the grid belongs to at most one panel, and none lies outside."""
    panels = overview["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = list(itertools.chain.from_iterable(_cells(panel["gridPos"]) for panel in panels))
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def _cells(place: dict[str, int]) -> itertools.product[tuple[int, int]]:
    return itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))


def test_the_dashboard_loads_from_grafana_10_on(overview: Dashboard) -> None:
    """Schema 39 to 41, no id of a database, a uid that links can name."""
    assert 39 <= overview["schemaVersion"] <= 41
    assert overview["id"] is None
    assert overview["uid"] == "spanglass-overview"


def test_every_variable_that_is_used_exists(overview: Dashboard) -> None:
    """No `${name}` in SQL or links without a variable, but Grafana's own."""
    names = {variable["name"] for variable in overview["templating"]["list"]}
    assert names == {"datasource", "project", "service", "environment", "model", "trace_id"}
    used = set(re.findall(r"\$\{(\w+)[:.}]", str(overview["panels"]) + str(overview["templating"])))
    assert used <= names | {"__url_time_range", "__value", "__field"}


def test_every_sql_file_is_shown() -> None:
    """A statement nobody draws would rot."""
    folder = files("spanglass_dashboards").joinpath("overview")
    names = {entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    text = folder.joinpath("dashboard.py").read_text(encoding="utf-8")
    assert names == set(re.findall(r'_sql\("(\w+)"\)', text))


def test_bad_traces_and_alerts_lead_to_the_trace(overview: Dashboard) -> None:
    """The TraceId cell opens the trace panel of this dashboard and keeps range and choices."""
    for title in ("Alerts", "Recent bad traces"):
        (panel,) = (p for p in drawn(overview) if p["title"] == title)
        (override,) = (o for o in panel["fieldConfig"]["overrides"] if o["matcher"]["options"] == "TraceId")
        url = override["properties"][0]["value"][0]["url"]
        assert url.startswith("/d/spanglass-overview?${__url_time_range}&")
        assert url.endswith("&var-trace_id=${__value.raw}")


def test_thresholds_are_those_of_the_shipped_alerts() -> None:
    """What turns red is what pages."""
    thresholds = {rule.name: rule.threshold for rule in default_rules()}
    assert thresholds["llm-error-rate"] == source.ERROR_RATE_THRESHOLD
    assert thresholds["toxic-answers"] == source.TOXIC_SHARE_THRESHOLD


def test_no_alert_uses_what_only_the_browser_knows() -> None:
    """$__conditionalAll has no meaning outside a dashboard."""
    alerts = REPOSITORY / "collector" / "spanglass_collector" / "alerts"
    provisioned = REPOSITORY / "dashboards" / "provisioning"
    texts = [path for folder in (alerts, provisioned) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in texts if b"$__conditionalAll" in path.read_bytes()]
