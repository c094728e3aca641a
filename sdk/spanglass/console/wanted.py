"""Whether traces are drawn in the terminal, and where spans go when nobody said."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Mapping

HINT = (
    "spanglass: no endpoint is set and nothing listens on 127.0.0.1:4318, so traces are drawn here. Start "
    "`spanglass up`, or set OTEL_EXPORTER_OTLP_ENDPOINT or init(endpoint=...).\n"
)
_PROBE_S = 0.2


def is_console_wanted(said: bool | None, environ: Mapping[str, str]) -> bool | None:
    """`init(console=...)`, else SPANGLASS_CONSOLE; None when neither speaks."""
    if said is not None:
        return said
    text = environ.get("SPANGLASS_CONSOLE", "").strip().lower()
    return None if not text else text in ("1", "true", "yes")


def is_alone_at_a_terminal(host: str = "127.0.0.1", port: int = 4318) -> bool:
    """True when a person looks on and no collector listens; a loopback address answers at once."""
    return sys.stderr is not None and sys.stderr.isatty() and not _listens(host, port)


def _listens(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), _PROBE_S):
        return True
    return False
