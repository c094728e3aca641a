"""Which names are secrets. Their values never leave the application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

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


# How the names that `_SECRET` knows end.
_ENDINGS = (
    "key",
    "token",
    "secret",
    "secrets",
    "password",
    "authorization",
    "cookie",
    "passwd",
    "pwd",
    "credential",
    "credentials",
    "bearer",
    "jwt",
    "passphrase",
)
_IN_REPR = re.compile(r"\b(\w{2,64})(\s*[=:]\s*)('[^']*'?|\"[^\"]*\"?|[^\s,)}\]]+)")


def may_hold_secret(text: str) -> bool:
    """False for nearly all JSON text, at the cost of a few searches in C; true now and then without need."""
    names = text.lower().split('":')  # one pass; a search for each ending would cost ten times as much
    names.pop()
    for name in names:  # noqa: SIM110 - a generator would double the cost
        if name.endswith(_ENDINGS):
            return True
    return False


def without_secrets(text: str) -> str:
    """JSON text with the values of secret names replaced at every depth; other text unchanged."""
    try:
        return orjson.dumps(_redact_deep(orjson.loads(text))).decode()
    except ValueError:  # no JSON, or cut JSON inside a string: names cannot be told from text
        return text


def _redact_deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: REDACTED if is_secret(key) else _redact_deep(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_redact_deep(item) for item in value]
    return value


def redact_repr(text: str) -> str:
    """A `repr` such as `Client(api_key='x')` with the secrets replaced."""
    if "=" not in text and ":" not in text:
        return text
    return _IN_REPR.sub(
        lambda match: f"{match.group(1)}{match.group(2)}{REDACTED}" if is_secret(match.group(1)) else match.group(),
        text,
    )


def redact(values: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The same mapping when it names no secret, else a copy with the secrets replaced. One level deep."""
    if not any(map(is_secret, values)):
        return values
    return {name: REDACTED if is_secret(name) else value for name, value in values.items()}
