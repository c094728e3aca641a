"""What Grafana and its ClickHouse plugin (4.20) make of a panel's SQL before the store sees it.

Kept to the letter of the plugin, so that a test which executes the result executes what Grafana would send.
The browser goes first ($__conditionalAll, then variables), the plugin's backend after it: comments are
removed, then macros replaced. Statement macros ($__columns, $__rateColumns, ...) are not used here and
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

ALL = "$__all"
Value: TypeAlias = "str | Sequence[str]"

_GO_DURATION = re.compile(r"(\d+)(ms|s|m|h)")
_UNIT_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


class UnknownMacroError(ValueError):
    """The SQL holds a macro that Grafana would pass on as text."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The dashboard's range and the interval Grafana chose for a panel. Times are aware."""

    start: datetime
    end: datetime
    interval_s: int = 60

    @property
    def start_s(self) -> int:
        return int(self.start.timestamp())

    @property
    def end_s(self) -> int:
        return int(self.end.timestamp())


def expand(sql: str, time_range: TimeRange, variables: Mapping[str, Value]) -> str:
    """The statement as the store receives it. Raises UnknownMacroError."""
    text = _conditional_all(sql, variables)
    text = _interpolate(text, variables)
    return expand_backend(text, time_range)


def expand_backend(sql: str, time_range: TimeRange) -> str:
    """The plugin's backend alone: what an alert rule gets too, which has neither variables nor
    $__conditionalAll.
    """
    text = _without_comments(sql)
    for name, replacement in _MACROS.items():
        text = _replace_calls(text, name, replacement, time_range)
    for name, constant in _CONSTANTS.items():
        text = re.sub(rf"\$__{name}\b", constant(time_range), text)
    left = re.search(r"\$__\w+", text)
    if left:
        raise UnknownMacroError(f"{left[0]} is no macro of the plugin's backend")
    return text


def _date(moment: datetime) -> str:
    return f"toDate('{moment:%Y-%m-%d}')"


def _ms(moment: datetime) -> str:
    return f"fromUnixTimestamp64Milli({int(moment.timestamp() * 1000)})"


def _between(column: str, low: str, high: str) -> str:
    return f"{column} >= {low} AND {column} <= {high}"


def _time_filter(r: TimeRange, column: str) -> str:
    return _between(column, f"toDateTime({r.start_s})", f"toDateTime({r.end_s})")


def _date_filter(r: TimeRange, column: str) -> str:
    return _between(column, _date(r.start), _date(r.end))


def _date_time_filter(r: TimeRange, day: str, time: str) -> str:
    return f"({_date_filter(r, day)}) AND ({_time_filter(r, time)})"


def _time_group(r: TimeRange, column: str, duration: str) -> str:
    return f"toStartOfInterval(toDateTime({column}), INTERVAL {_go_seconds(duration)} second)"


def _go_seconds(duration: str) -> int:
    """Go's duration syntax, which has no days."""
    text = duration.strip("'\" ")
    if not re.fullmatch(rf"({_GO_DURATION.pattern})+", text):
        raise UnknownMacroError(f"{duration!r} is no Go duration")
    return int(sum(int(number) * _UNIT_S[unit] for number, unit in _GO_DURATION.findall(text)))


# In this order: a longer name must not be taken for a shorter one, which \b in _replace_calls also prevents.
_MACROS: dict[str, Callable[..., str]] = {
    "timeFilter": _time_filter,
    "timeFilter_ms": lambda r, c: _between(c, _ms(r.start), _ms(r.end)),
    "dateFilter": _date_filter,
    "dateTimeFilter": _date_time_filter,
    "dt": _date_time_filter,
    "timeFrom": lambda r, c: f"{c} >= toDateTime({r.start_s})",
    "timeTo": lambda r, c: f"{c} <= toDateTime({r.end_s})",
    "timeGroup": _time_group,
    "timeInterval": lambda r, c: f"toStartOfInterval(toDateTime({c}), INTERVAL {max(r.interval_s, 1)} second)",
    "timeInterval_ms": lambda r, c: (
        f"toStartOfInterval(toDateTime64({c}, 3), INTERVAL {max(r.interval_s * 1000, 1)} millisecond)"
    ),
}
_CONSTANTS: dict[str, Callable[[TimeRange], str]] = {
    "fromTime_ms": lambda r: _ms(r.start),
    "toTime_ms": lambda r: _ms(r.end),
    "fromTime": lambda r: f"toDateTime({r.start_s})",
    "toTime": lambda r: f"toDateTime({r.end_s})",
    "interval_s": lambda r: str(max(r.interval_s, 1)),
}


def _replace_calls(text: str, name: str, replacement: Callable[..., str], time_range: TimeRange) -> str:
    pattern = re.compile(rf"\$__{name}\b\(")
    while match := pattern.search(text):
        arguments, end = _arguments(text, match.end())
        text = text[: match.start()] + replacement(time_range, *arguments) + text[end:]
    return text


def _conditional_all(sql: str, variables: Mapping[str, Value]) -> str:
    """The condition, or 1=1 when its variable is empty or All."""
    opening = "$__conditionalAll("
    while (start := sql.rfind(opening)) >= 0:
        (condition, variable), end = _arguments(sql, start + len(opening))
        name = variable.strip().strip("${}")
        is_all = variables.get(name, "") in ("", ALL, [ALL], (ALL,))
        sql = sql[:start] + ("1=1" if is_all else condition) + sql[end:]
    return sql


def _interpolate(sql: str, variables: Mapping[str, Value]) -> str:
    """`${name:singlequote}`, `${name:raw}`, `${name}` and `$name`."""

    def replaced(match: re.Match[str]) -> str:
        name, form = match["braced"] or match["plain"], match["form"] or "raw"
        return _formatted(variables[name], form) if name in variables else match[0]

    return re.sub(r"\$\{(?P<braced>\w+)(?::(?P<form>\w+))?\}|\$(?P<plain>(?!__)\w+)", replaced, sql)


def _formatted(value: Value, form: str) -> str:
    values = [value] if isinstance(value, str) else list(value)
    if form == "singlequote":
        return ",".join("'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'" for text in values)
    return ",".join(values)


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """Arguments from behind an opening parenthesis, split at commas outside parentheses; and the end of the
    call.
    """
    depth, begin, found = 0, start, []
    for i in range(start, len(text)):
        if text[i] == "," and depth == 0:
            found.append(text[begin:i].strip())
            begin = i + 1
        elif text[i] == ")" and depth == 0:
            return [*found, text[begin:i].strip()], i + 1
        depth += {"(": 1, ")": -1}.get(text[i], 0)
    raise UnknownMacroError("a macro's parenthesis is not closed")


def _without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL)
