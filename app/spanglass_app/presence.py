"""Where the collector of a data directory listens, written down for other commands while it runs.

`endpoints.json` beside the data has `otlp_http`, `otlp_grpc` and `sql`, each "127.0.0.1:4318" or the like; `sql` null
with a ClickHouse server. It counts while the collector's lock is held: one that was killed leaves the file,
and the kernel takes the lock.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.service import Endpoints
from spanglass_collector.spool.owner import OwnerLock

log = logging.getLogger(__name__)

FILE = "endpoints.json"


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a collector listens. `sql` None: the store is a server, which has a port of its own."""

    otlp_http: Address
    otlp_grpc: Address
    sql: Address | None


@contextlib.contextmanager
def announced(config: CollectorConfig, endpoints: Endpoints) -> Iterator[None]:
    """Others find the collector inside. A directory that cannot be written is a warning: who names ports needs none."""
    path = config.data_dir / FILE
    texts = {
        "otlp_http": str(endpoints.otlp_http),
        "otlp_grpc": str(endpoints.otlp_grpc),
        "sql": str(endpoints.sql) if endpoints.sql else None,
    }
    unfinished = path.with_name(f"{FILE}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(texts), encoding="ascii")
        unfinished.replace(path)
    except OSError as error:
        log.warning("other commands must be told the ports: %s cannot be written: %s", path, error)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def find(data_dir: Path) -> Presence | None:
    """The collector that runs on this directory; None without one, or when it has not said where."""
    try:
        texts = json.loads((data_dir / FILE).read_text(encoding="ascii"))
        if not OwnerLock(CollectorConfig(data_dir).spool_dir).is_held:
            return None
        sql = Address.parse(texts["sql"]) if texts["sql"] else None
        return Presence(Address.parse(texts["otlp_http"]), Address.parse(texts["otlp_grpc"]), sql)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, ConfigurationError):
        return None
