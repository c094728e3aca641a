"""A table of a configuration file being read: typed access, and errors that name the place, the key and what
would be right.
"""

from __future__ import annotations

import re
from collections.abc import KeysView, Mapping, Sequence
from typing import Any, cast

from spanglass_collector.alerts.source import NOWHERE, Place, parse_toml
from spanglass_collector.errors import ConfigurationError

_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_REQUIRED: Any = object()


def load_toml(text: str) -> dict[str, Any]:
    """Raises ConfigurationError with the line and column of a syntax error."""
    return dict(parse_toml(text).content)


def parse_duration_s(text: str) -> float | None:
    """`90s`, `10m`, `2h`, `7d`, `4w` in seconds; None when it is no duration."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text)
    return float(match[1]) * _UNIT_S[match[2]] if match else None


class Table:
    """One table. Keys are marked as they are read; `refuse_unknown` then finds the misspelt ones."""

    def __init__(self, where: str, entries: Any, place: Place = NOWHERE) -> None:
        self.where = where
        self.place = place
        if not isinstance(entries, Mapping):
            raise ConfigurationError(f"{place}{where}: must be a table, not {entries!r}")
        self._entries = entries
        self._read: set[str] = set()

    def error(self, key: str, right: str) -> ConfigurationError:
        return ConfigurationError(f"{self.place.inside(key)}{self.where}: {key}: {right}")

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

    def whole(self, key: str, default: int = _REQUIRED, *, least: int = 0) -> int:
        value = self.number(key, default, least=least)
        if value != int(value):
            raise self.error(key, f"must be a whole number, not {value!r}")
        return int(value)

    def boolean(self, key: str, default: bool) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def duration(self, key: str, default_s: float) -> float:
        """Seconds, from `"10m"`."""
        value = self._get(key, f"{default_s}s")
        return self.seconds(key, value)

    def seconds(self, key: str, value: Any) -> float:
        """Seconds of one duration that was read with `key`. Raises ConfigurationError."""
        seconds = parse_duration_s(value) if isinstance(value, str) else None
        if not seconds:
            raise self.error(key, f'must be a duration such as "90s", "10m", "2h" or "7d", not {value!r}')
        return seconds

    def choice(self, key: str, choices: Sequence[str], default: str = _REQUIRED) -> str:
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

    def lists(self, key: str, default: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """A list of lists."""
        value = self._get(key, default)
        if not isinstance(value, Sequence) or not all(isinstance(i, (list, tuple)) for i in value):
            raise self.error(key, f"must be a list of lists, not {value!r}")
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        value = self._get(key, {})
        if not isinstance(value, Mapping):
            raise self.error(key, f"must be a table, not {value!r}")
        return value

    def inner(self, key: str) -> Table:
        return Table(f"{self.where}: {key}", self.table(key), self.place.inside(key))

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
