"""An API key: `sg_` + 8 characters that name it + `_` + 48 hex digits that are secret.

Only the SHA-256 of the whole key is kept. A slow password hash would protect guessable secrets; 192 random bits cannot
be guessed at any speed, and a hash that takes 1 µs keeps authentication out of every request's time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from enum import Enum

from spanglass_collector.access.quota import Quota

ALL_PROJECTS = "*"
_NAME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_KEY = re.compile(rf"(sg_[{_NAME_ALPHABET}]{{8}})_[0-9a-f]{{48}}")
PREFIX_LENGTH = len("sg_") + 8


class Scope(Enum):
    """INGEST: send telemetry. READ: the REST queries. EVALUATE: write scores. ADMIN: all of it."""

    INGEST = "ingest"
    READ = "read"
    EVALUATE = "evaluate"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key. Times are Unix seconds."""

    prefix: str
    """The visible part, `sg_` and 8 characters: names the key in lists, logs and metrics."""
    digest: str
    """SHA-256 of the whole key, hex."""
    project: str
    """The one project it opens, or ALL_PROJECTS."""
    scopes: frozenset[Scope]
    name: str = ""
    created_at: float = 0.0
    expires_at: float | None = None
    revoked_at: float | None = None
    quota: Quota = field(default_factory=Quota)

    def is_active(self, now_s: float) -> bool:
        return (self.revoked_at is None or now_s < self.revoked_at) and (
            self.expires_at is None or now_s < self.expires_at
        )

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def matches(self, secret: str) -> bool:
        """In constant time."""
        return hmac.compare_digest(self.digest, digest(secret))


def new_secret() -> tuple[str, str]:
    """(prefix, whole key). The whole key is shown once and kept nowhere."""
    prefix = "sg_" + "".join(secrets.choice(_NAME_ALPHABET) for _ in range(8))
    return prefix, f"{prefix}_{secrets.token_hex(24)}"


def prefix_of(secret: str) -> str | None:
    """The prefix of something that has a key's shape, else None."""
    match = _KEY.fullmatch(secret)
    return match[1] if match else None


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
