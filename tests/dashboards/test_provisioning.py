"""What Grafana and Docker Compose will read: the keys that must fit together. Neither runs here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from spanglass_collector.alerts.rules import from_mapping
from spanglass_collector.alerts.table import load_toml
from spanglass_dashboards.panel import DATASOURCE, PLUGIN_VERSION
from tests.dashboards.conftest import REPOSITORY

PROVISIONING = REPOSITORY / "dashboards" / "provisioning"


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def compose() -> dict[str, Any]:
    return load(REPOSITORY / "docker-compose.yml")


def test_the_datasource_is_the_one_the_dashboards_ask() -> None:
    """Its type is the panels', it speaks HTTP to the SQL port, and finds traces by their time."""
    (source,) = load(PROVISIONING / "datasources/spanglass.yaml")["datasources"]
    settings = source["jsonData"]
    assert source["type"] == DATASOURCE["type"]
    assert (settings["protocol"], settings["port"], settings["defaultDatabase"]) == (
        "http",
        8123,
        "spanglass",
    )
    assert settings["traces"]["defaultTable"] + settings["traces"]["traceTimestampTableSuffix"] == (
        "otel_traces_trace_id_ts"
    )
    assert {"setting": "final", "value": "1"} in settings["customSettings"]


def test_provisioning_names_only_what_compose_sets() -> None:
    """Every ${NAME} in provisioning is in Grafana's environment."""
    texts = "".join(path.read_text(encoding="utf-8") for path in PROVISIONING.rglob("*.yaml"))
    assert set(re.findall(r"\$\{(\w+)\}", texts)) <= set(compose()["services"]["grafana"]["environment"])


def test_grafana_finds_dashboards_and_plugin() -> None:
    """The provider's path is where the generated JSON is mounted; the plugin is the version queried for."""
    grafana = compose()["services"]["grafana"]
    (provider,) = load(PROVISIONING / "dashboards/spanglass.yaml")["providers"]
    mounts = dict(volume.split(":")[:2] for volume in grafana["volumes"])
    assert mounts["./dashboards/grafana"] == provider["options"]["path"]
    assert mounts["./dashboards/provisioning"] == "/etc/grafana/provisioning"
    assert grafana["environment"]["GF_PLUGINS_PREINSTALL_SYNC"] == f"{DATASOURCE['type']}@{PLUGIN_VERSION}"
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(home).parent == Path(provider["options"]["path"])
    assert (REPOSITORY / "dashboards/grafana" / Path(home).name).exists()


def test_compose_hangs_together() -> None:
    """Mounted folders exist, volumes and configs are declared, dependencies can be seen to be healthy."""
    document = compose()
    for service in document["services"].values():
        sources = [volume.split(":")[0] for volume in service["volumes"]]
        assert all((REPOSITORY / s).is_dir() if s.startswith(".") else s in document["volumes"] for s in sources)
        assert all(config["source"] in document["configs"] for config in service.get("configs", []))
        assert all("healthcheck" in document["services"][name] for name in service.get("depends_on", {}))
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_image_copies_what_is_built() -> None:
    """Every source folder of the distribution is in the image; what is copied exists."""
    recipe = compose()["services"]["spanglass"]["build"]["dockerfile_inline"]
    copied = {word for line in re.findall(r"COPY (.*) \S+", recipe) for word in line.split()}
    assert all((REPOSITORY / name).exists() for name in copied)
    packages = re.search(r"packages = \[(.*?)\]", (REPOSITORY / "pyproject.toml").read_text(), re.DOTALL)
    assert packages is not None
    assert {name.split("/")[0] for name in re.findall(r'"(.*?)"', packages[1])} <= copied


def test_the_settings_in_compose_are_read() -> None:
    """The embedded spanglass.toml is valid as it is, and with its commented channel switched on."""
    text = compose()["configs"]["settings"]["content"]
    assert from_mapping(load_toml(text)).trace_url.endswith("{trace_id}")
    assert from_mapping(load_toml(text.replace("# ", ""))).channels[0].kind == "pagerduty"
