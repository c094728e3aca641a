"""The owner: who may do everything at the SQL endpoint. Processes of ours on this machine are."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from spanglass_collector.config import Address
from spanglass_collector.query.http import OWNER

OWNER_KEY_FILE = "owner-key"


def owner_key(data_dir: Path) -> str:
    """The secret that opens the SQL endpoint fully; made at first use, readable by this user only."""
    path = data_dir / OWNER_KEY_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def owner_url(address: Address, key: str, database: str, *, secure: bool = False) -> str:
    """Store URL by which processes of ours, on this machine, reach the embedded store.

    Over TLS its certificate is not checked, as it names the host for others, not 127.0.0.1.
    """
    host = "127.0.0.1" if address.host in ("0.0.0.0", "::") else address.host  # noqa: S104
    url = f"{OWNER}:{key}@{Address(host, address.port)}/{database}"
    return f"clickhouses://{url}?verify=0" if secure else f"clickhouse://{url}"
