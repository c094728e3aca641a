"""Window plans as `spanglass.toml` has them: times as people write them, windows by name.

docs/evaluators/README.md shows every setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, timezone
from typing import Any

from spanglass_evaluators.engine.windows import Part, WindowPlan
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.registration import configured
from spanglass_evaluators.setting_values import checked_table, seconds

Table = Mapping[str, Any]


def read_plan(table: Table, where: str, named: Mapping[str, Part]) -> tuple[WindowPlan, dict[str, Any]]:
    """The window plan of a table, and what is left of it."""
    given = dict(checked_table(table, where))
    lengths = {"window": "window_s", "every": "every_s", "chunk": "chunk_s"}
    values: dict[str, Any] = {
        setting: seconds(given.pop(name), f"{where}.{name}") for name, setting in lengths.items() if name in given
    }
    for side in ("current", "reference"):
        if side in given:
            values[side] = _side(given.pop(side), f"{where}.{side}", named)
    for f in fields(WindowPlan):
        if f.name in given:
            values[f.name] = given.pop(f.name)
    return configured(WindowPlan, values, where), given


def named_parts(tables: Any) -> dict[str, Part]:
    """Windows by name, from `[windows.NAME]`: the week of the launch, the run that was approved."""
    return {name: _part(table, f"windows.{name}") for name, table in checked_table(tables, "windows").items()}


def _side(given: Any, where: str, named: Mapping[str, Part]) -> Part:
    """A table of its own, or the name of a window."""
    if not isinstance(given, str):
        return _part(given, where)
    if given not in named:
        raise ConfigurationError(
            f"{where} = {given!r}: no such window; there are {', '.join(named) or 'none'} ([windows.NAME])"
        )
    return named[given]


def _part(table: Any, where: str) -> Part:
    given = dict(checked_table(table, where))
    part = Part(
        start_ns=_moment_ns(given.pop("start", None), f"{where}.start"),
        end_ns=_moment_ns(given.pop("end", None), f"{where}.end"),
        where=given.pop("where", ""),
        season=given.pop("season", ""),
        cycles=given.pop("cycles", 1),
    )
    if given:
        raise ConfigurationError(
            f"{where} has no setting {next(iter(given))!r}; it has start, end, where, season, cycles"
        )
    return part


def _moment_ns(value: Any, where: str) -> int | None:
    """A TOML date or time, or ISO 8601 text; without a zone it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if not isinstance(moment, datetime):
        raise ConfigurationError(f'{where} = {value!r}: use a date or time such as "2026-01-31T12:00:00Z"')
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    elapsed = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (elapsed.days * 86_400 + elapsed.seconds) * 10**9 + elapsed.microseconds * 1000
