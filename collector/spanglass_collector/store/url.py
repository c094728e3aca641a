"""Where the store is: `chdb:///path` (embedded) or `clickhouse://user:password@host:8123/database`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from spanglass_collector.errors import ConfigurationError

DEFAULT_DATABASE = "spanglass"


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A parsed store URL. `path` is set for the embedded engine, `host` for a server."""

    path: str = ""
    host: str = ""
    port: int = 0
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = DEFAULT_DATABASE
    secure: bool = False
    verify: bool = True
    """Whether a server's certificate must be right: `?verify=0` is for addresses of this machine."""
    cluster: str = ""

    @property
    def is_embedded(self) -> bool:
        return bool(self.path)

    @classmethod
    def parse(cls, text: str) -> StoreUrl:
        """Raises ConfigurationError with what a right URL looks like."""
        try:
            found = cls._parse(text)
        except ValueError:  # a port that is no number, a broken IPv6 address
            found = None
        if found is None:
            raise ConfigurationError(
                f"{_without_password(text)!r} is no store URL: use chdb:///path/to/data for the embedded engine or "
                "clickhouse://user:password@host:8123/database for a server"
            )
        return found

    @classmethod
    def _parse(cls, text: str) -> StoreUrl | None:
        parts = urlsplit(text)
        options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        if parts.scheme == "chdb" and parts.path:
            return cls(path=unquote(parts.path), database=options.get("database", DEFAULT_DATABASE))
        if parts.scheme in ("clickhouse", "clickhouses") and parts.hostname:
            return cls._server(parts.scheme == "clickhouses", text, options)
        return None

    @classmethod
    def _server(cls, secure: bool, text: str, options: dict[str, str]) -> StoreUrl:
        parts = urlsplit(text)
        return cls(
            host=parts.hostname or "",
            port=parts.port or (8443 if secure else 8123),
            user=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            database=parts.path.strip("/") or DEFAULT_DATABASE,
            secure=secure,
            verify=options.get("verify", "1") != "0",
            cluster=options.get("cluster", ""),
        )

    def __str__(self) -> str:
        """The URL without its password, fit for logs."""
        if self.is_embedded:
            return f"chdb://{self.path}"
        return f"clickhouse{'s' if self.secure else ''}://{self.user}@{self.host}:{self.port}/{self.database}"


def _without_password(text: str) -> str:
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", text)
