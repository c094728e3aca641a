"""What is scraped: `[[collector.scrape]]` in spanglass.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from spanglass_collector.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ScrapeTarget:
    """One page of Prometheus text or OpenMetrics. `service` becomes its ServiceName."""

    url: str
    service: str
    interval_s: float = 15.0
    timeout_s: float = 5.0
    project: str = "default"
    limit_bytes: int = 16 << 20

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ConfigurationError(f"scrape url {self.url!r}: write http://HOST:PORT/metrics")
        if not self.service:
            raise ConfigurationError(f"scrape {self.url}: 'service' is missing")
        if self.interval_s < 1 or self.timeout_s <= 0:
            raise ConfigurationError(f"scrape {self.url}: interval_s must be at least 1, timeout_s more than 0")

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> ScrapeTarget:
        """Raises ConfigurationError for settings that are unknown or of the wrong kind."""
        known = {f.name for f in fields(cls)}
        if unknown := set(table) - known:
            raise ConfigurationError(
                f"unknown scrape setting {', '.join(sorted(unknown))}: use {', '.join(sorted(known))}"
            )
        try:
            return cls(**table)
        except TypeError as error:
            raise ConfigurationError(f"a scrape target needs 'url' and 'service' ({error})") from error
