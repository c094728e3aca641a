"""One cheap snapshot of a value as JSON text, taken in the caller's thread so that later mutation does not
show.

The common case is a single `orjson.dumps`. What it cannot write costs a placeholder or a slower walk, never
an exception and never an unbounded string.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import orjson

LIMIT_BYTES = 256 << 10  # per captured value; a longer one is cut and says so
_REPR_CHARS = 200
_MAX_DEPTH = 32
_MAX_VALUES = 100_000
_MAX_INT, _MIN_INT = 2**63 - 1, -(2**63)


def snapshot(value: object, limit_bytes: int = LIMIT_BYTES) -> str:
    """JSON text of `value`, at most `limit_bytes` long in UTF-8. Never raises an `Exception`."""
    if isinstance(value, str) and len(value) > limit_bytes:
        value = _cut_text(value, limit_bytes)
    data = _dumps(value)
    return data.decode() if len(data) <= limit_bytes else _cut_json(data, limit_bytes)


def scalar_or_json(value: object) -> Any:
    """What fits an attribute as it is (str, bool, int, float), anything else as JSON text."""
    return value if isinstance(value, (str, bool, int, float)) else snapshot(value)


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value, _describe)
    except (TypeError, RecursionError):  # keys that are not strings, 64-bit overflow, cycles, lone surrogates
        return orjson.dumps(_Walk(_MAX_VALUES).plain(value))


def _cut_json(data: bytes, limit_bytes: int) -> str:
    # Escaping JSON text into a JSON string at most doubles it, so half of the limit always fits.
    note = f"… [truncated: {len(data)} bytes]"
    kept = data[: max(0, (limit_bytes - len(note) - 4) // 2)].decode("utf-8", "ignore")
    return orjson.dumps(kept + note).decode()


def _cut_text(text: str, limit_bytes: int) -> str:
    # A character is up to 6 bytes in JSON (\u0000); the eventual bound is still checked by the caller.
    return f"{text[: limit_bytes // 6]}… [truncated: {len(text)} characters]"


def _describe(value: Any) -> Any:
    """orjson asks here about what it cannot write: plain data for known shapes, else a bounded
    placeholder."""
    if callable(dump := getattr(value, "model_dump", None)):  # pydantic and what imitates it
        return dump(mode="json")
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(value)} bytes>"
    if isinstance(value, PurePath):
        return str(value)
    if getattr(value, "shape", None) == () and callable(item := getattr(value, "item", None)):
        return item()  # numpy's and torch's scalars
    return placeholder(value)


def placeholder(value: object) -> str:
    """A bounded, JSON-safe text for anything; arrays show shape and dtype, not data."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    try:
        shape = getattr(value, "shape", None)
        if shape is not None:
            return f"<{kind} shape={shape} dtype={getattr(value, 'dtype', None)}>"[:_REPR_CHARS]
        text = repr(value)[:_REPR_CHARS]
    except Exception:  # noqa: BLE001 - `__repr__` and properties are the application's code
        return f"<{kind}>"
    return _valid_text(text)


class _Walk:
    """The slow, total walk: whatever goes in, orjson can write what comes out.

    Depth and the number of values are bounded, so that cycles and shared references end.
    """

    def __init__(self, values: int) -> None:
        self._left = values

    def plain(self, value: Any, depth: int = _MAX_DEPTH) -> Any:
        self._left -= 1
        if value is None or isinstance(value, (bool, float)):
            return value
        if isinstance(value, int):
            return int(value) if _MIN_INT <= value <= _MAX_INT else str(value)
        if isinstance(value, str):
            return _valid_text(value)
        return self._container(value, depth - 1) if depth and self._left > 0 else "<nested too deep>"

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {_key(key): self.plain(item, depth) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.plain(item, depth) for item in value]
        return _plain_object(value)


def _plain_object(value: Any) -> Any:
    """Dataclasses, dates and other types orjson knows, unless they hold what it cannot write."""
    try:
        return orjson.Fragment(orjson.dumps(value, _describe))
    except (TypeError, RecursionError):
        return placeholder(value)


def _key(key: object) -> str:
    return _valid_text(key) if isinstance(key, str) else placeholder(key)


def _valid_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
