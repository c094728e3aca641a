"""Where all settings come from: command line over environment over spanglass.toml over defaults.

Addresses that nobody named are those of the collector that runs on the data directory, where one does.

The one file that reads the environment and the configuration file. Each component's own settings, with their defaults
and meaning, are beside it (spanglass_collector/config.py, spanglass_evaluators/config.py, alerts/rules.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanglass_app import presence
from spanglass_collector.config import Address, CollectorConfig, SpoolConfig, TlsConfig
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.owner import OWNER_KEY_FILE, owner_url
from spanglass_collector.scrape.target import ScrapeTarget
from spanglass_collector.store import StoreUrl
from spanglass_collector.store.own_prices import own_prices

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONFIG_FILE = "spanglass.toml"
EVALUATORS_METRICS = Address("127.0.0.1", 9464)
ALERTS_METRICS = Address("127.0.0.1", 9465)


@dataclass(frozen=True, slots=True)
class Settings:
    """What every command of one invocation works with."""

    collector: CollectorConfig
    file: Mapping[str, Any]
    """The parsed spanglass.toml, {} without one."""
    path: Path | None = None
    """Where it was read from, for messages that name a line."""
    evaluators_metrics: Address | None = EVALUATORS_METRICS
    """Where the evaluators serve /metrics, None: nowhere. The collector does so on its OTLP/HTTP port."""
    alerts_metrics: Address | None = ALERTS_METRICS

    @property
    def otlp_endpoint(self) -> str:
        """Base URL at which this machine's collector takes OTLP/HTTP."""
        scheme = "https" if self.collector.tls else "http"
        return f"{scheme}://{_reachable(self.collector.otlp_http)}"

    @property
    def local_key(self) -> str:
        """What opens this machine's collector to a command of ours; empty when nothing is known."""
        owner = self.collector.data_dir / OWNER_KEY_FILE
        return self.collector.api_key or (owner.read_text(encoding="ascii").strip() if owner.exists() else "")

    @property
    def client_store_url(self) -> str:
        """Store URL for a process that is not the collector: a server's own, or the collector's SQL port."""
        store = self.collector.store
        if store and not store.startswith("chdb:"):
            return store
        key = self.collector.data_dir / OWNER_KEY_FILE
        if not key.exists():
            raise no_store(self.collector.data_dir)
        database = StoreUrl.parse(self.collector.store_url).database
        secret = key.read_text(encoding="ascii").strip()
        return owner_url(self.collector.sql, secret, database, secure=self.collector.tls is not None)


def load(
    *,
    data_dir: Path | None = None,
    otlp_http: str | None = None,
    otlp_grpc: str | None = None,
    sql: str | None = None,
    store: str | None = None,
    config: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Raises ConfigurationError that names the setting and its source."""
    named = config or (Path(environ["SPANGLASS_CONFIG"]) if environ.get("SPANGLASS_CONFIG") else None)
    file = _read(named or Path(CONFIG_FILE), required=named is not None)
    table = file.get("collector", {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"'collector' must be a table in {named or CONFIG_FILE}: write [collector]")
    defaults = CollectorConfig()

    def pick(given: str | None, name: str, default: str) -> str:
        return given or environ.get(f"SPANGLASS_{name.upper()}") or str(table.get(name, default))

    folder = Path(pick(str(data_dir) if data_dir else None, "data_dir", str(defaults.data_dir)))
    known = presence.find(folder) or defaults
    collector = CollectorConfig(
        data_dir=folder,
        otlp_http=Address.parse(pick(otlp_http, "otlp_http", str(known.otlp_http))),
        otlp_grpc=Address.parse(pick(otlp_grpc, "otlp_grpc", str(known.otlp_grpc))),
        sql=Address.parse(pick(sql, "sql", str(known.sql or defaults.sql))),
        store=pick(store, "store", ""),
        keys=Path(key_file) if (key_file := pick(None, "keys", "")) else None,
        api_key=environ.get("SPANGLASS_API_KEY", ""),
        tls=_tls(pick(None, "tls_cert", ""), pick(None, "tls_key", ""), pick(None, "tls_client_ca", "")),
        cors_origins=tuple(filter(None, pick(None, "cors_origins", "").replace(" ", "").split(","))),
        prices=own_prices(file.get("prices", {})),
        scrape=tuple(ScrapeTarget.from_table(target) for target in table.get("scrape", ())),
        spool=SpoolConfig.from_mapping(file.get("spool", {})),
    )
    return Settings(
        collector,
        file,
        (named or Path(CONFIG_FILE)) if file else None,
        _metrics_address(file, "evaluators", EVALUATORS_METRICS, environ),
        _metrics_address(file, "alerts", ALERTS_METRICS, environ),
    )


def _tls(cert: str, key: str, client_ca: str) -> TlsConfig | None:
    if not (cert or key or client_ca):
        return None
    if not (cert and key):
        raise ConfigurationError("TLS needs both SPANGLASS_TLS_CERT and SPANGLASS_TLS_KEY (tls_cert, tls_key)")
    return TlsConfig(Path(cert), Path(key), Path(client_ca) if client_ca else None)


def _metrics_address(
    file: Mapping[str, Any], process: str, default: Address, environ: Mapping[str, str]
) -> Address | None:
    """SPANGLASS_<PROCESS>_METRICS, or `process` under [metrics]; "off" for nowhere."""
    table = file.get("metrics", {})
    if not isinstance(table, dict):
        raise ConfigurationError("'metrics' must be a table: write [metrics]")
    text = environ.get(f"SPANGLASS_{process.upper()}_METRICS") or str(table.get(process, default))
    return None if text == "off" else Address.parse(text)


def _read(path: Path, *, required: bool) -> Mapping[str, Any]:
    if not path.exists():
        if required:
            raise ConfigurationError(f"{path} does not exist")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is no valid TOML: {error}") from error


def no_store(where: Path | str) -> ConfigurationError:
    return ConfigurationError(f"no store under {where}: start one with 'spanglass up', or name it with --data-dir")


def _reachable(address: Address) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104
    return str(Address(host, address.port))
