"""The data source that all dashboards ask, as Grafana's HTTP API takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from spanglass_dashboards.panel import DATASOURCE

UID = "spanglass"
READER = "grafana"
"""Any name but the owner's is a reader of the embedded endpoint."""


@dataclass(frozen=True, slots=True)
class SqlEndpoint:
    """Where Grafana finds the store: the embedded store's SQL endpoint or a ClickHouse server, over HTTP."""

    host: str = "localhost"
    port: int = 8123
    is_secure: bool = False
    user: str = READER
    password: str = field(default="", repr=False)
    database: str = "spanglass"

    @classmethod
    def parse(cls, url: str, *, user: str = READER, password: str = "", database: str = "spanglass") -> SqlEndpoint:
        """Of `http://host:8123` or `https://host:8443`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a SQL endpoint: use http://HOST:8123 or https://HOST:8443")
        is_secure = parts.scheme == "https"
        port = parts.port or (8443 if is_secure else 8123)
        return cls(parts.hostname, port, is_secure, user, password, database)


def datasource(endpoint: SqlEndpoint) -> dict[str, Any]:
    """The same settings as provisioning/datasources/spanglass.yaml gives."""
    return {
        "name": "Spanglass",
        "uid": UID,
        "type": DATASOURCE["type"],
        "access": "proxy",
        "isDefault": True,
        "jsonData": {
            "host": endpoint.host,
            "port": endpoint.port,
            # The embedded endpoint speaks ClickHouse's HTTP interface, not its native protocol.
            "protocol": "http",
            "secure": endpoint.is_secure,
            "username": endpoint.user,
            "defaultDatabase": endpoint.database,
            "defaultTable": "otel_traces",
            "dialTimeout": "10",
            "queryTimeout": "60",
            "validateSql": True,
            # A span that was sent twice is one span.
            "customSettings": [{"setting": "final", "value": "1"}],
            "traces": {
                "defaultDatabase": endpoint.database,
                "defaultTable": "otel_traces",
                "otelEnabled": True,
                "otelVersion": "latest",
                "durationUnit": "nanoseconds",
                "traceTimestampTableSuffix": "_trace_id_ts",
            },
        },
        "secureJsonData": {"password": endpoint.password},
    }
