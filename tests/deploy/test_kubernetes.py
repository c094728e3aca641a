"""deploy/kubernetes: built by kustomize, valid by the API's JSON schemas, hardened, naming only what is there."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from spanglass_collector.alerts.rules import from_mapping
from spanglass_collector.alerts.table import load_toml
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.store import StoreUrl
from tests.deploy.files import KUBERNETES, check_command, documents, needs, variables_of_code
from tests.deploy.test_compose import _NAMED_ELSEWHERE, SERVICES

OVERLAYS = ("embedded", "cluster", "keda")
VERSIONS = ("1.30.0", "1.34.0", "1.37.0")
OPERATED = {"ClickHouseInstallation", "ClickHouseKeeperInstallation", "ScaledObject"}
"""Kinds that operators bring; their schemas come with them and are not shipped in a package."""
Resource = dict[str, Any]


@functools.cache
def built(overlay: str) -> list[Resource]:
    """With kubectl's kustomize where there is a kubectl, else file by file."""
    if shutil.which("kubectl"):
        command = ["kubectl", "kustomize", str(KUBERNETES / overlay)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [one for one in yaml.safe_load_all(text) if one]
    return _resources(overlay)


def _resources(overlay: str) -> list[Resource]:
    found: list[Resource] = []
    (listed,) = documents(KUBERNETES / overlay / "kustomization.yaml")
    for name in listed["resources"]:
        path = KUBERNETES / overlay / name
        found += _resources(path.resolve().name) if path.is_dir() else documents(path)
    return found


def of_kind(overlay: str, *kinds: str) -> list[Resource]:
    return [resource for resource in built(overlay) if resource["kind"] in kinds]


def pods(overlay: str) -> list[tuple[str, Resource]]:
    workloads = of_kind(overlay, "StatefulSet", "Deployment")
    return [(workload["metadata"]["name"], workload["spec"]["template"]["spec"]) for workload in workloads]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_api_takes_it(overlay: str, version: str) -> None:
    """Every resource, strictly, by the JSON schemas that kubernetes-validate ships."""
    needs("kubernetes_validate")
    import kubernetes_validate

    resources = [resource for resource in built(overlay) if resource["kind"] not in OPERATED]
    assert len(resources) >= 6
    for resource in [*resources, *documents(KUBERNETES / "secret.example.yaml")]:
        kubernetes_validate.validate(resource, version, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_are_hardened(overlay: str) -> None:
    """What the 'restricted' pod security standard asks, and a root file system that is read only."""
    for name, pod in pods(overlay):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        (container,) = pod["containers"]
        security = container["securityContext"]
        assert (security["allowPrivilegeEscalation"], security["readOnlyRootFilesystem"]) == (False, True), name
        assert security["capabilities"] == {"drop": ["ALL"]}, name
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
        assert "memory" in container["resources"]["limits"], name
        assert "livenessProbe" in container, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_start_what_there_is(overlay: str) -> None:
    """Commands, options and variables are ours; probes ask named ports; the image is compose's."""
    for name, pod in pods(overlay):
        (container,) = pod["containers"]
        check_command(container["args"])
        variables = {one["name"] for one in container["env"]}
        assert variables <= variables_of_code() | _NAMED_ELSEWHERE, name
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert {probe["httpGet"]["port"] for key, probe in container.items() if key.endswith("Probe")} <= set(ports)
        listened = str(container["args"]) + str(container["env"])
        assert all(f"0.0.0.0:{port}" in listened for port in ports.values()), name
        assert container["image"] == SERVICES["collector"]["image"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_pods_mount_and_services_choose_is_there(overlay: str) -> None:
    """Volumes, secret keys, ports of services, targets of budgets and scalers."""
    (secret,) = documents(KUBERNETES / "secret.example.yaml")
    for name, pod in pods(overlay):
        (container,) = pod["containers"]
        files = re.findall(r"/run/secrets/spanglass/(\w+)", str(container["env"]))
        assert set(files) <= set(secret["stringData"]), name
        claims = {"data"} if name == "collector" else set()
        assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]} | claims
    workloads = of_kind(overlay, "StatefulSet", "Deployment")
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in workloads]
    for chooser in of_kind(overlay, "Service", "PodDisruptionBudget"):
        chosen = chooser["spec"]["selector"].get("matchLabels", chooser["spec"]["selector"])
        assert any(chosen.items() <= one.items() for one in labels), chooser["metadata"]["name"]
    names = {one["metadata"]["name"] for one in workloads}
    for scaler in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject"):
        assert scaler["spec"]["scaleTargetRef"]["name"] in names


def test_what_must_be_alone_is_alone() -> None:
    """The embedded store has one process; the alert runner has no twin, not even during a change."""
    (embedded,) = of_kind("embedded", "StatefulSet")
    assert embedded["spec"]["replicas"] == 1
    assert not of_kind("embedded", "HorizontalPodAutoscaler")
    (alerts,) = (one for one in of_kind("cluster", "Deployment") if one["metadata"]["name"] == "alerts")
    assert (alerts["spec"]["replicas"], alerts["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_the_store_is_the_cluster_that_the_operator_makes() -> None:
    """The URL's host and cluster are the installation's, its users' passwords are keys of the secret."""
    (secret,) = documents(KUBERNETES / "secret.example.yaml")
    (installation,) = of_kind("cluster", "ClickHouseInstallation")
    url = StoreUrl.parse(secret["stringData"]["store_url"])
    (cluster,) = installation["spec"]["configuration"]["clusters"]
    assert (url.host, url.cluster) == (f"clickhouse-{installation['metadata']['name']}", cluster["name"])
    assert cluster["layout"] == {"shardsCount": 1, "replicasCount": 2}
    users = installation["spec"]["configuration"]["users"]
    keys = {value.split("/")[1] for name, value in users.items() if name.endswith("k8s_secret_password")}
    assert f"{url.user}/k8s_secret_password" in users
    assert keys <= set(secret["stringData"])


def test_scaling_asks_for_a_metric_that_we_serve() -> None:
    """The query of the KEDA example names a counter of the collector."""
    (scaler,) = of_kind("keda", "ScaledObject")
    wanted = re.findall(r"spanglass_\w+", str(scaler["spec"]["triggers"]))
    served = {f"{metric.name}_total" for metric in CollectorMetrics().registry.collect()}
    assert wanted
    assert set(wanted) <= served


def test_the_settings_are_read() -> None:
    """spanglass.toml is valid, its commented channel switched on as well."""
    text = (KUBERNETES / "base/spanglass.toml").read_text()
    assert from_mapping(load_toml(text.replace("# [", "[").replace("# k", "k").replace("# r", "r"))).channels
