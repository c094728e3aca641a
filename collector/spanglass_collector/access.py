"""Who may send, and into which project. One shared key for now; keys per project live behind the same two calls."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from spanglass_collector.errors import CollectorError, Rejected

PROJECT_HEADER = "x-spanglass-project"
DEFAULT_PROJECT = "default"
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Unauthenticated(CollectorError):
    """No key, or a wrong one (HTTP 401, gRPC UNAUTHENTICATED)."""


@dataclass(frozen=True, slots=True)
class Access:
    """Checks a request's headers (lower-case names)."""

    api_key: str = field(default="", repr=False)

    def authenticate(self, headers: Mapping[str, str]) -> None:
        """Raises Unauthenticated when a key is required and the request has another or none."""
        if not self.api_key:
            return
        given = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("x-api-key", "")
        if not hmac.compare_digest(given.encode(), self.api_key.encode()):
            raise Unauthenticated("send the API key as 'Authorization: Bearer KEY'")

    def project(self, headers: Mapping[str, str]) -> str:
        """The project spans are stored under. Raises Rejected for a name that cannot be one."""
        name = headers.get(PROJECT_HEADER, DEFAULT_PROJECT)
        if not _PROJECT.fullmatch(name):
            raise Rejected(
                f"{PROJECT_HEADER} must be 1 to 64 letters, digits, '.', '_' or '-', first a letter or digit"
            )
        return name
