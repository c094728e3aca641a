"""Values as people write them in `spanglass.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spanglass_evaluators.errors import ConfigurationError

Table = Mapping[str, Any]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


def checked_table(table: Any, where: str) -> Table:
    """Raises ConfigurationError for anything else than a table."""
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{where} = {table!r}: use a table")
    return table


def seconds(value: Any, where: str) -> float:
    """A number of seconds, or text such as "90s", "15m", "1h", "7d"."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    found = _LENGTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or float(found.group(1)) == 0:
        raise ConfigurationError(f'{where} = {value!r}: use seconds, or a length such as "15m", "1h", "7d"')
    return float(found.group(1)) * _UNITS[found.group(2)]
