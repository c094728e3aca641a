"""`spanglass dashboards install` against a double that keeps and records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_dashboards.datasource import SqlEndpoint, datasource
from spanglass_dashboards.install import install, open_client
from tests.dashboards.conftest import COMMITTED
from tests.dashboards.grafana_double import PLUGIN, TOKEN, GrafanaDouble
from tests.dashboards.test_provisioning import PROVISIONING, load

ENDPOINT = SqlEndpoint("spanglass", password="key")


@pytest.fixture
def grafana() -> Iterator[GrafanaDouble]:
    with GrafanaDouble() as double:
        yield double


def run(grafana: GrafanaDouble) -> list[str]:
    with open_client(grafana.url, TOKEN) as client:
        return [f"{done.did} {done.what}" for done in install(client, ENDPOINT)]


def test_everything_is_there_afterwards(grafana: GrafanaDouble) -> None:
    """Data source with its password, folder, and every committed dashboard in it."""
    run(grafana)
    assert grafana.kept["/api/datasources/uid/spanglass"]["secureJsonData"] == {"password": "key"}
    assert grafana.kept["/api/folders/spanglass"]["title"] == "Spanglass"
    for dashboard in COMMITTED.values():
        kept = grafana.kept[f"/api/dashboards/uid/{dashboard['uid']}"]
        assert (kept["dashboard"], kept["folderUid"]) == (dashboard, "spanglass")


def test_doing_it_again_changes_nothing(grafana: GrafanaDouble) -> None:
    """The second run updates in place: the same things are kept, none twice."""
    first = run(grafana)
    kept = dict(grafana.kept)
    second = run(grafana)
    assert grafana.kept == kept
    assert set(first) == {"created data source", "created folder", "created dashboard"}
    assert set(second) == {"updated data source", "kept folder", "updated dashboard"}


def test_a_provisioned_data_source_is_left_alone(grafana: GrafanaDouble) -> None:
    """What a provisioning file gave is read-only, and the same already."""
    grafana.kept["/api/datasources/uid/spanglass"] = {"readOnly": True}
    assert "kept data source" in run(grafana)
    assert ("PUT", "/api/datasources/uid/spanglass") not in grafana.asked


def test_provisioning_and_installing_give_the_same_data_source() -> None:
    """The YAML file and the API body differ in where host and password come from alone."""
    (provisioned,) = load(PROVISIONING / "datasources/spanglass.yaml")["datasources"]
    installed = datasource(SqlEndpoint("${SPANGLASS_SQL_HOST}", password="${SPANGLASS_API_KEY}"))
    assert provisioned.pop("editable") is False
    assert provisioned == installed


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["dashboards", "install", *arguments])
    return result.exit_code, result.output


def test_the_command_says_what_it_did(grafana: GrafanaDouble) -> None:
    """One line a thing, with addresses to click."""
    code, said = command("--grafana-url", grafana.url, "--token", TOKEN, "--sql-url", "https://ch.example:9443")
    assert code == 0, said
    assert f"created  dashboard Spanglass overview {grafana.url}/d/spanglass-overview" in said
    settings = grafana.kept["/api/datasources/uid/spanglass"]["jsonData"]
    assert (settings["host"], settings["port"], settings["secure"]) == ("ch.example", 9443, True)


def test_a_wrong_token_is_explained(grafana: GrafanaDouble) -> None:
    """Where to make a right one; nothing was written."""
    code, said = command("--grafana-url", grafana.url, "--token", "wrong")
    assert (code, "Service accounts" in said) == (1, True)
    assert not grafana.kept


def test_a_missing_plugin_is_explained(grafana: GrafanaDouble) -> None:
    """The command that installs it; nothing was written."""
    grafana.plugins.clear()
    code, said = command("--grafana-url", grafana.url, "--token", TOKEN)
    assert (code, f"grafana cli plugins install {PLUGIN}" in said) == (1, True)
    assert not grafana.kept


def test_a_missing_permission_is_explained(grafana: GrafanaDouble) -> None:
    """Grafana's words, and the role that would do."""
    grafana.forbidden.add(("POST", "/api/datasources"))
    code, said = command("--grafana-url", grafana.url, "--token", TOKEN)
    assert (code, "additional permissions" in said, "role Admin" in said) == (1, True, True)


@pytest.mark.parametrize(
    ("url", "advice"),
    [("grafana:3000", "use http://HOST:3000"), ("http://127.0.0.1:9", "does not answer")],
)
def test_an_address_that_is_no_grafana_is_explained(url: str, advice: str) -> None:
    """One line, no traceback."""
    code, said = command("--grafana-url", url, "--token", TOKEN)
    assert (code, advice in said, "Traceback" in said) == (1, True, False)


def test_a_sql_address_without_a_scheme_is_explained(grafana: GrafanaDouble, tmp_path: Path) -> None:
    """What a right one looks like."""
    code, said = command("--grafana-url", grafana.url, "--token", TOKEN, "--sql-url", "ch:8123")
    assert (code, "http://HOST:8123" in said) == (1, True)
