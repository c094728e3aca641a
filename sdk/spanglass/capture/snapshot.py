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

from spanglass.capture.media import reference, without_media
from spanglass.capture.secrets import may_hold_secret, redact_repr, without_secrets

LIMIT_BYTES = 1 << 20  # per snapshot; the exporter shortens it further and keeps its shape
_REPR_CHARS = 200
_MAX_DEPTH = 32
_MAX_VALUES = 100_000
_MAX_INT, _MIN_INT = 2**63 - 1, -(2**63)


def snapshot(value: object, limit_bytes: int = LIMIT_BYTES) -> str:
    """JSON text of `value`, at most `limit_bytes` long in UTF-8. Never raises an `Exception`."""
    if isinstance(value, str) and len(value) > limit_bytes:
        value = _cut_text(value, limit_bytes)
    data = _dumps(value)
    return data.decode() if len(data) <= limit_bytes else _shrink(data, limit_bytes)


def _shrink(data: bytes, limit_bytes: int) -> str:
    """Pictures in base64 are what makes most large values large; the rest is cut."""
    text = data.decode()
    text = without_secrets(text) if may_hold_secret(text) else text  # names are not found any more in cut text
    smaller = without_media(text).encode()
    return smaller.decode() if len(smaller) <= limit_bytes else cut_json(smaller, limit_bytes)


def scalar_or_json(value: object) -> Any:
    """What fits an attribute as it is (str, bool, int, float), anything else as JSON text."""
    return value if isinstance(value, (str, bool, int, float)) else snapshot(value)


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value, _describe)
    except (TypeError, RecursionError):  # keys that are not strings, 64-bit overflow, cycles, lone surrogates
        return orjson.dumps(_Walk(_MAX_VALUES).plain(value))


def cut_json(data: bytes, limit_bytes: int) -> str:
    """JSON text of a string that holds the beginning of `data` and says how long it was."""
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
    if hasattr(type(value), "model_dump"):  # pydantic and what imitates it
        return _model(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, tuple):
        return value._asdict() if hasattr(value, "_asdict") else list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return reference(value)
    if hasattr(type(value), "__attrs_attrs__"):
        return {field.name: getattr(value, field.name, None) for field in type(value).__attrs_attrs__}
    if isinstance(value, PurePath):
        return str(value)
    if getattr(value, "shape", None) == () and callable(item := getattr(value, "item", None)):
        return item()  # numpy's and torch's scalars
    return placeholder(value)


def _model(value: Any) -> Any:
    """The model's own JSON writer where it has one (a single call in Rust), else its plain data."""
    writer = getattr(type(value), "model_dump_json", None)
    if writer is not None:
        try:
            return orjson.Fragment(writer(value))
        except ValueError:  # pydantic's serialization error: fields of types it does not know
            pass
    return value.model_dump(mode="json")


def placeholder(value: object) -> str:
    """A bounded, JSON-safe text for anything; arrays show shape and dtype, not data."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    try:
        shape = getattr(value, "shape", None)
        if shape is not None:
            return f"<{kind} shape={tuple(shape)} dtype={_dtype(value)}>"[:_REPR_CHARS]
        if hasattr(value, "tobytes") and hasattr(value, "size"):  # a PIL image
            return f"<{kind} mode={getattr(value, 'mode', None)} size={value.size}>"
        text = redact_repr(repr(value)[:_REPR_CHARS])
    except Exception:  # noqa: BLE001 - `__repr__` and properties are the application's code
        return f"<{kind}>"
    return _valid_text(text)


def _dtype(value: Any) -> str:
    """A frame has one type a column."""
    dtypes = getattr(value, "dtypes", None)
    if dtypes is not None and hasattr(dtypes, "items"):
        return ", ".join(f"{name}: {dtype}" for name, dtype in dtypes.items())
    return str(getattr(value, "dtype", None))


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
