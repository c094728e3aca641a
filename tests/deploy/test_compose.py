"""docker-compose.yml: valid, hardened, and naming only what is there. Docker does not run here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from spanglass_collector.alerts.rules import from_mapping
from spanglass_collector.alerts.table import load_toml
from spanglass_collector.config import CollectorConfig
from spanglass_collector.store import ClickHouseStore
from spanglass_dashboards.panel import DATASOURCE, PLUGIN_VERSION
from tests.deploy.files import DOCKER, REPOSITORY, check_command, compose, documents, needs, variables_of_code

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
_NAMED_ELSEWHERE = {
    "SPANGLASS_PAGERDUTY_ROUTING_KEY_FILE",  # by deploy/docker/spanglass.toml
    "SPANGLASS_EVALUATORS_METRICS",  # settings.py puts the process's name in
    "SPANGLASS_ALERTS_METRICS",
}
OURS = ("collector", "evaluators", "alerts")


def test_it_is_what_the_compose_specification_says() -> None:
    """Its published JSON schema, as check-jsonschema ships it."""
    needs("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, "docker-compose.yml"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_bounded_and_pinned(name: str) -> None:
    """A healthcheck, limits of memory and processors, a version, a restart; ports for this machine alone."""
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert re.fullmatch(r"[\w./-]+:v?\d+(\.\d+)+", service["image"])
    assert service["restart"] == "unless-stopped"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_do_no_more_than_they_must(name: str) -> None:
    """No capability, no new privileges, a file system that is read only; commands and options exist."""
    service = SERVICES[name]
    assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)
    assert service["security_opt"] == ["no-new-privileges:true"]
    check_command(service["command"])
    assert set(_own(service["environment"])) <= variables_of_code() | _NAMED_ELSEWHERE


def _own(names: Any) -> list[str]:
    return [name for name in names if name.startswith("SPANGLASS_")]


def test_ports_are_those_of_the_code() -> None:
    """What is published is where the collector listens unless told otherwise."""
    defaults = CollectorConfig()
    published = {port.rsplit(":", 1)[1] for port in SERVICES["collector"]["ports"]}
    assert published == {str(defaults.otlp_grpc.port), str(defaults.otlp_http.port)}
    assert f":{defaults.otlp_http.port}/readyz" in SERVICES["collector"]["healthcheck"]["test"][-1]


def test_prometheus_asks_where_metrics_are_served() -> None:
    """Each target is a service and its port: the collector's, or what the worker is told to serve at."""
    (document,) = documents(DOCKER / "prometheus/prometheus.yml")
    for job in document["scrape_configs"]:
        name, port = job["static_configs"][0]["targets"][0].split(":")
        served = str(SERVICES[name].get("command")) + str(SERVICES[name]["environment"])
        assert f"0.0.0.0:{port}" in served
    pattern = Path(document["rule_files"][0]).name
    assert list((REPOSITORY / "deploy/prometheus").glob(pattern))


def test_what_is_mounted_is_there() -> None:
    """Files exist in both topologies, volumes and secrets are declared, dependencies are services."""
    document = compose()
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            source = volume.replace("${SPANGLASS_TOPOLOGY:-single}", "cluster").split(":")[0]
            exists = (REPOSITORY / source).exists() if source.startswith(".") else source in document["volumes"]
            assert exists, f"{name}: {source}"
        assert set(service.get("secrets", ())) <= set(document["secrets"]), name
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
    assert (DOCKER / "clickhouse/single.xml").exists()


def test_every_secret_that_is_read_is_mounted() -> None:
    """A path under /run/secrets anywhere in a service is one of its secrets."""
    for name, service in SERVICES.items():
        read = set(re.findall(r"/run/secrets/(\w+)", str(service)))
        assert read <= set(service.get("secrets", ())), name


def test_one_command_makes_all_secrets_once(tmp_path: Path) -> None:
    """Every secret of the file, not empty; a second run keeps them; the store's URL carries the password."""
    shutil.copy(DOCKER / "secrets.sh", tmp_path)
    subprocess.run(["sh", tmp_path / "secrets.sh"], check=True, capture_output=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", tmp_path / "secrets.sh"], check=True, capture_output=True, env={**os.environ, "CLUSTER": "x"})
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert set(first) == set(compose()["secrets"])
    assert all(first.values())
    assert first["store_url"] == f"clickhouse://spanglass:{first['clickhouse_password']}@clickhouse:8123/spanglass"


def test_the_cluster_is_two_shards_of_two_replicas() -> None:
    """Hosts and Keepers of the settings are services; each server says which shard and replica it is."""
    cluster = ET.fromstring((DOCKER / "clickhouse/cluster.xml").read_text())
    shards = cluster.findall("remote_servers/spanglass/shard")
    hosts = [[host.text for host in shard.findall("replica/host")] for shard in shards]
    assert hosts == [["clickhouse", "clickhouse-1-2"], ["clickhouse-2-1", "clickhouse-2-2"]]
    for number, shard in enumerate(hosts, 1):
        for host in shard:
            environment = SERVICES[str(host)]["environment"]
            assert (environment["SPANGLASS_SHARD"], environment["SPANGLASS_REPLICA"]) == (str(number), host)
    keepers = [node.text for node in cluster.findall("zookeeper/node/host")]
    assert keepers == [name for name in SERVICES if name.startswith("keeper-")]
    keeper = ET.fromstring((DOCKER / "clickhouse/keeper.xml").read_text())
    assert [server.text for server in keeper.findall(".//server/hostname")] == keepers


def test_variables_in_clickhouse_settings_are_set() -> None:
    """Every from_env is in the service's environment or exported by its entrypoint."""
    for service, files in {"clickhouse": ("server.xml", "cluster.xml"), "keeper-1": ("keeper.xml",)}.items():
        given = str(SERVICES[service].get("environment")) + str(SERVICES[service].get("entrypoint"))
        for file in files:
            root = ET.fromstring((DOCKER / "clickhouse" / file).read_text())
            wanted = {element.get("from_env") for element in root.iter() if element.get("from_env")}
            assert all(str(name) in given for name in wanted), file


def test_the_reader_is_a_user_clickhouse_can_make(store: ClickHouseStore) -> None:
    """The engine parses every statement; it may read what the dashboards read."""
    sql = (DOCKER / "clickhouse/reader.sql").read_text().replace("${READER_PASSWORD}", "x")
    statements = [part for part in re.sub(r"--.*", "", sql).split(";") if part.strip()]
    for statement in statements:
        assert store.query(f"EXPLAIN AST {statement}").result_rows
    asked = "".join(path.read_text() for path in (REPOSITORY / "dashboards/grafana").glob("*.json"))
    for table in set(re.findall(r"FROM (system\.\w+)", asked)):
        assert f"GRANT SELECT ON {table} TO grafana" in sql


def test_grafana_finds_data_source_dashboards_and_plugin() -> None:
    """Mounted where the provider looks; the plugin is the version queried for; its variables are set."""
    grafana = SERVICES["grafana"]
    provisioning = REPOSITORY / "dashboards/provisioning"
    ((provider,),) = (one["providers"] for one in documents(provisioning / "dashboards/spanglass.yaml"))
    mounts = dict(volume.split(":")[:2] for volume in grafana["volumes"])
    assert mounts["./dashboards/grafana"] == provider["options"]["path"]
    assert mounts["./dashboards/provisioning"] == "/etc/grafana/provisioning"
    assert grafana["environment"]["GF_PLUGINS_PREINSTALL_SYNC"] == f"{DATASOURCE['type']}@{PLUGIN_VERSION}"
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (REPOSITORY / "dashboards/grafana" / home.name).exists()
    source = (provisioning / "datasources/spanglass.yaml").read_text()
    given = str(grafana["environment"]) + str(grafana["entrypoint"])
    assert all(name in given for name in re.findall(r"\$\{(\w+)\}", source))


def test_the_settings_are_read() -> None:
    """spanglass.toml is valid as it is, and with its commented channel switched on, whose key is mounted."""
    text = (DOCKER / "spanglass.toml").read_text()
    assert from_mapping(load_toml(text)).trace_url.endswith("{trace_id}")
    assert from_mapping(load_toml(text.replace("# [", "[").replace("# k", "k").replace("# r", "r"))).channels
    key = re.search(r'routing_key_env = "(\w+)"', text)
    assert key
    assert f"{key[1]}_FILE" in SERVICES["alerts"]["environment"]
