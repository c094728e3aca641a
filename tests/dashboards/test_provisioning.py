"""What Grafana will read from provisioning files: the keys that must fit the dashboards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from spanglass_dashboards.panel import DATASOURCE
from tests.dashboards.conftest import REPOSITORY

PROVISIONING = REPOSITORY / "dashboards" / "provisioning"


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


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
