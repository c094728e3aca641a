"""A TOML table being read: typed access, and errors that name the table, the key and what would be right."""

from __future__ import annotations

import re
import sys
from collections.abc import KeysView, Mapping, Sequence
from typing import Any, cast

from spanglass_collector.errors import ConfigurationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_REQUIRED: Any = object()


def load_toml(text: str) -> dict[str, Any]:
    """Raises ConfigurationError with the line and column of a syntax error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"not valid TOML: {error}") from error


def parse_duration_s(text: str) -> float | None:
    """`90s`, `10m`, `2h`, `7d` in seconds; None when it is no duration."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    return float(match[1]) * _UNIT_S[match[2]] if match else None


class Table:
    """One table. Keys are marked as they are read; `refuse_unknown` then finds the misspelt ones."""

    def __init__(self, where: str, entries: Any) -> None:
        self.where = where
        if not isinstance(entries, Mapping):
            raise ConfigurationError(f"{where}: must be a table, not {entries!r}")
        self._entries = entries
        self._read: set[str] = set()

    def error(self, key: str, right: str) -> ConfigurationError:
        return ConfigurationError(f"{self.where}: {key}: {right}")

    def has(self, key: str) -> bool:
        self._read.add(key)
        return key in self._entries

    def keys(self) -> KeysView[str]:
        return self._entries.keys()

    def text(self, key: str, default: str = _REQUIRED) -> str:
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"must be text in quotes, not {value!r}")
        return value

    def number(self, key: str, default: float = _REQUIRED, *, least: float | None = None) -> float:
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, f"must be a number, not {value!r}")
        if least is not None and value < least:
            raise self.error(key, f"must be at least {least:g}, not {value!r}")
        return float(value)

    def boolean(self, key: str, default: bool) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def duration(self, key: str, default_s: float) -> float:
        """Seconds, from `"10m"`."""
        value = self._get(key, f"{default_s}s")
        seconds = parse_duration_s(value) if isinstance(value, str) else None
        if not seconds:
            raise self.error(key, f'must be a duration such as "90s", "10m", "2h" or "7d", not {value!r}')
        return seconds

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        value = self._get(key, default)
        if value not in choices:
            raise self.error(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return cast(str, value)

    def texts(self, key: str, default: Sequence[str] = _REQUIRED) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        value = self._get(key, default)
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, Sequence) or not all(isinstance(item, str) for item in values):
            raise self.error(key, f"must be a list of texts, not {value!r}")
        return tuple(values)

    def table(self, key: str) -> Mapping[str, Any]:
        value = self._get(key, {})
        if not isinstance(value, Mapping):
            raise self.error(key, f"must be a table, not {value!r}")
        return value

    def inner(self, key: str) -> Table:
        return Table(f"{self.where}: {key}", self.table(key))

    def tables(self, key: str) -> Sequence[Mapping[str, Any]]:
        value = self._get(key, ())
        if not isinstance(value, Sequence) or not all(isinstance(item, Mapping) for item in value):
            raise self.error(key, f"must be tables, written [[{self.where}.{key}]]")
        return value

    def refuse_unknown(self) -> None:
        for key in self._entries:
            if key not in self._read:
                raise self.error(key, f"unknown key; known here are {', '.join(sorted(self._read))}")

    def _get(self, key: str, default: Any) -> Any:
        self._read.add(key)
        value = self._entries.get(key, default)
        if value is _REQUIRED:
            raise self.error(key, "is missing and has no default")
        return value
