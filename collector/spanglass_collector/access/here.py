"""Whether a request without a key comes from this machine's programs, and not from a web page in its browser.

On loopback without keys everything is open to this machine. A browser is on it, too: a page of any site may send to
127.0.0.1, and, by a name of its own that is made to point there (DNS rebinding), read the answers. Programs name the
machine as it is; pages say where they come from.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from spanglass_collector.access.errors import NotAllowed


def check_comes_from_here(headers: Mapping[str, str], web_origins: Collection[str]) -> None:
    """`web_origins`: pages that may send all the same, '*' for any. Raises NotAllowed."""
    host = headers.get("host", "")
    if host and not _is_local(_name_in(f"//{host}")):
        raise NotAllowed(
            f"without keys only this machine is served, and {host!r} is not its name: use localhost or 127.0.0.1, "
            "or make a key with 'spanglass keys create'"
        )
    origin = headers.get("origin")
    if origin is None or origin in web_origins or "*" in web_origins or _is_local(_name_in(origin)):
        return
    raise NotAllowed(f"without keys pages of {origin!r} may not send here: see SPANGLASS_CORS_ORIGINS, or make a key")


def _name_in(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_local(name: str) -> bool:
    """Numbers are safe, and what nobody can register: containers call their host host.docker.internal."""
    if name == "localhost" or name.endswith((".localhost", ".internal")):
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
