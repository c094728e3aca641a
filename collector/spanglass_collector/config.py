"""What a collector can be told. Defaults are safe: loopback, bounded bodies, bounded queue."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from spanglass_collector.access.file import KeyFile
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.scrape.target import ScrapeTarget
from spanglass_collector.store.price_list import Price

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens. Port 0 asks the system for a free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """`HOST:PORT`, `[IPV6]:PORT` or `:PORT` (loopback). Raises ConfigurationError."""
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdigit() or int(port) > 65535:
            raise ConfigurationError(f"{text!r} is no address: use HOST:PORT, for example 127.0.0.1:4318")
        return cls(host.strip("[]") or "127.0.0.1", int(port))

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class CommitConfig:
    """How requests are gathered into inserts."""

    window_s: float = 0.01
    """How long the first request of a group waits for company."""
    writers: int = 2
    """Inserts under way at once: one decodes while the other sorts, compresses and syncs."""
    group_bytes: int = 20 * MIB
    """Most request bytes in one insert."""
    overlap_bytes: int = 16 * MIB
    """Least waiting request bytes for which a second insert is started beside one under way."""
    pending_bytes: int = 192 * MIB
    """Most request bytes in memory; past it senders are told 503."""
    attempts: int = 3
    """Tries of one insert, with the same deduplication token, before its senders are told 503."""
    retry_pause_s: float = 0.2
    remembered_requests: int = 500_000
    """Digests kept in memory to recognise a request that a client sends again."""


@dataclass(frozen=True, slots=True)
class SpoolConfig:
    """The spool on disk, and when requests go there rather than into the store."""

    size_bytes: int = 4096 * MIB
    """Most request bytes that wait for the store; past it senders are told 503."""
    dead_letter_bytes: int = 256 * MIB
    """Most bytes of requests that the store refused for good; past it the oldest are dropped, and counted."""
    free_disk_bytes: int = 256 * MIB
    """Nothing is spooled when the disk has less room than this: the store needs it, too."""
    reserve_bytes: int = 4 * MIB
    """Room kept for removing requests from a full disk."""
    slow_insert_s: float = 4.0
    """An insert under way for longer is spooled beside, and its senders are answered. OpenTelemetry's exporters give
    up a request after 10 s."""
    early_bytes: int = 32 * MIB
    """Requests are acknowledged from the spool as long as less than this waits in it; past it, and until all of it is
    stored, they wait for the store. 0: the spool is for trouble only."""
    gather_s: float = 1.0
    """How long after an insert requests are gathered in the spool before the next one, unless a reader asks."""
    memory_bytes: int = 128 * MIB
    """Waiting request bytes past which the newest go to the spool although the store is well."""
    retry_min_s: float = 0.5
    """Pause before a store that is away is tried again; doubled each time, up to the next."""
    retry_max_s: float = 10.0

    @classmethod
    def from_mapping(cls, table: object) -> SpoolConfig:
        """[spool] of spanglass.toml: the names above. Raises ConfigurationError that names what is wrong."""
        known = [field.name for field in fields(cls)]
        if not isinstance(table, Mapping):
            raise ConfigurationError("'spool' must be a table: write [spool]")
        for name, value in table.items():
            if name not in known:
                raise ConfigurationError(f"[spool] {name} is no setting; there are {', '.join(known)}")
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise ConfigurationError(f"[spool] {name} must be a number that is not negative, not {value!r}")
        return cls(**table)


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """PEM files. `client_ca`: only senders with a certificate it signed are let in."""

    cert: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class CollectorConfig:
    """One collector process."""

    data_dir: Path = Path("spanglass-data")
    store: str = ""
    """Store URL; empty: the embedded engine under `data_dir`."""
    otlp_http: Address = Address("127.0.0.1", 4318)
    otlp_grpc: Address = Address("127.0.0.1", 4317)
    sql: Address = Address("127.0.0.1", 8123)
    api_key: str = field(default="", repr=False)
    """A key that opens everything, beside those of the key file. With any key, every port asks for one."""
    keys: Path | None = None
    """The key file; None: keys.json under `data_dir`. Collectors that share a store share one file."""
    body_limit_bytes: int = 64 * MIB
    """Largest OTLP request, counted after decompression (OTLP 1.11 recommends 64 MiB)."""
    unfinished_bytes: int = 256 * MIB
    """Most bytes of HTTP requests that are still coming, past the first MiB of each; past it senders are told 503."""
    tls: TlsConfig | None = None
    """For both OTLP receivers; the SQL port stays plain."""
    cors_origins: tuple[str, ...] = ()
    """Web pages that may send from a browser: "https://app.example.com", or "*" for any. None by default."""
    commit: CommitConfig = CommitConfig()
    spool: SpoolConfig = SpoolConfig()
    prices: tuple[Price, ...] = ()
    """The user's own or negotiated prices (`[prices]` of spanglass.toml)."""
    scrape: tuple[ScrapeTarget, ...] = ()
    """Model servers whose Prometheus metrics are fetched."""
    stop_deadline_s: float = 10.0

    @property
    def store_url(self) -> str:
        return self.store or f"chdb://{(self.data_dir / 'clickhouse').absolute()}"

    @property
    def spool_dir(self) -> Path:
        return self.data_dir / "spool"

    @property
    def key_file(self) -> Path:
        return self.keys or self.data_dir / "keys.json"

    @property
    def exposed(self) -> list[str]:
        """Addresses that other machines can reach."""
        return [str(a) for a in (self.otlp_http, self.otlp_grpc, self.sql) if not a.is_loopback]

    def check(self) -> None:
        """Raises ConfigurationError for a set-up that would expose data."""
        now_s = time.time()
        if self.exposed and not self.api_key and not any(k.is_active(now_s) for k in KeyFile(self.key_file).read()):
            raise ConfigurationError(
                f"{', '.join(self.exposed)} can be reached from other machines, and no API key is set: "
                "make one with 'spanglass keys create', set SPANGLASS_API_KEY, or listen on 127.0.0.1"
            )
