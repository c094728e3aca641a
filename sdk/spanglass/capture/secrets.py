"""Which names are secrets. Their values never leave the application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"
_LONGEST_NAME = 64  # longer keys are data, not parameter names; and the cache must not hold them

# Whole words, so that `max_tokens`, `token_count` or `author` stay visible.
_SECRET = re.compile(
    r"(^|_)(api_?key|access_?key|private_?key|secret_?key|signing_?key|encryption_?key|authorization|auth_?token"
    r"|bearer|cookie|set_cookie|credentials?|jwt|passphrase|passwd|password|pwd|secrets?|client_secret"
    r"|(access|refresh|id|session|auth|api|bot|hf|github|slack)_?token)$|^token$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_secret(name: object) -> bool:
    """True for `api_key`, `openaiApiKey`, `X-Api-Key`, `db_password`; false for `max_tokens`."""
    return isinstance(name, str) and len(name) <= _LONGEST_NAME and _is_secret(name)


@lru_cache(maxsize=4096)
def _is_secret(name: str) -> bool:
    return _SECRET.search(_CAMEL.sub("_", name).replace("-", "_").lower()) is not None


def redact(values: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The same mapping when it names no secret, else a copy with the secrets replaced. One level deep."""
    if not any(map(is_secret, values)):
        return values
    return {name: REDACTED if is_secret(name) else value for name, value in values.items()}
