"""What need not be said: silences (by people, for a time), maintenance windows (planned, recurring), inhibition
(something worse explains it). Pure: the time is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MATCHER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(=~|!~|!=|=)\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class Matcher:
    """`label=value`, `!=`, `=~` (a regular expression for the whole value), `!~`. A label that is missing is ''."""

    label: str
    op: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Matcher:
        """Raises ConfigurationError."""
        match = _MATCHER.fullmatch(text)
        if match is None:
            raise ConfigurationError(f"{text!r} is no matcher: write label=value, label!=value, label=~regex")
        label, op, value = match[1], match[2], match[3].strip('"')
        try:
            re.compile(value if "~" in op else "")
        except re.error as error:
            raise ConfigurationError(f"{text!r}: {value!r} is no regular expression: {error}") from error
        return cls(label, op, value)

    def matches(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.label, "")
        is_like = re.fullmatch(self.value, given) is not None if "~" in self.op else given == self.value
        return is_like != self.op.startswith("!")

    def __str__(self) -> str:
        return f"{self.label}{self.op}{self.value}"


class Quiet(Protocol):
    """A reason to say nothing. Pure; called for every firing alert in each pass."""

    @property
    def name(self) -> str:
        """How the alert's row says why nobody was told."""
        ...

    def covers(self, labels: Mapping[str, str], now: datetime) -> bool:
        """`labels` are the alert's and `rule`, `kind`, `severity`, `project`."""
        ...


@dataclass(frozen=True, slots=True)
class Silence:
    """A person's decision, for a time. All matchers must agree."""

    id: str
    project: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    comment: str = ""
    created_by: str = ""

    @property
    def name(self) -> str:
        return f"silence {self.id}"

    def covers(self, labels: Mapping[str, str], now: datetime) -> bool:
        if not self.starts_at <= now < self.ends_at:
            return False
        in_project = not self.project or labels.get("project") == self.project
        return in_project and all(matcher.matches(labels) for matcher in self.matchers)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A planned stretch: `begins` for `length` on each of `days` in a time zone; or once, with `start` and `end`."""

    title: str
    matchers: tuple[Matcher, ...]
    start: datetime | None = None
    end: datetime | None = None
    days: tuple[str, ...] = DAYS
    begins: time = time(0)
    length: timedelta = timedelta(hours=1)
    zone: str = "UTC"

    @property
    def name(self) -> str:
        return f"maintenance {self.title}"

    def covers(self, labels: Mapping[str, str], now: datetime) -> bool:
        return self._is_on(now) and all(matcher.matches(labels) for matcher in self.matchers)

    def _is_on(self, now: datetime) -> bool:
        if self.start is not None and self.end is not None:
            return self.start <= now < self.end
        local = now.astimezone(ZoneInfo(self.zone))
        # A stretch may have begun on an earlier day.
        for back in range(self.length.days + 2):
            day = (local - timedelta(days=back)).date()
            began = datetime.combine(day, self.begins, tzinfo=ZoneInfo(self.zone)).astimezone(timezone.utc)
            if DAYS[day.weekday()] in self.days and began <= now < began + self.length:
                return True
        return False


def read_maintenance(table: Table) -> Iterator[Maintenance]:
    """`[[alerts.maintenance]]`. Raises ConfigurationError."""
    for index, entry in enumerate(table.tables("maintenance")):
        own = Table(f"{table.where}.maintenance[{index}]", entry, table.place.inside("maintenance", index))
        yield _maintenance(own)
        own.refuse_unknown()


def _maintenance(table: Table) -> Maintenance:
    title, matchers = table.text("name"), read_matchers(table, "matchers")
    if table.has("start") or table.has("end"):
        return Maintenance(title, matchers, _moment(table, "start"), _moment(table, "end"))
    days = table.texts("days", DAYS)
    for day in days:
        if day not in DAYS:
            raise table.error("days", f"are {', '.join(DAYS)}, not {day!r}")
    zone = table.text("timezone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise table.error("timezone", f"must be a name such as Europe/Berlin, not {zone!r}") from error
    length = timedelta(seconds=table.duration("length", 3600.0))
    return Maintenance(title, matchers, None, None, days, _time_of_day(table, "begins"), length, zone)


def read_matchers(table: Table, key: str) -> tuple[Matcher, ...]:
    try:
        return tuple(Matcher.parse(text) for text in table.texts(key))
    except ConfigurationError as error:
        raise table.error(key, str(error)) from error


def _moment(table: Table, key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(table.text(key).replace("Z", "+00:00"))
    except ValueError as error:
        raise table.error(key, 'must be a time such as "2026-01-31T22:00:00Z"') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _time_of_day(table: Table, key: str) -> time:
    try:
        return time.fromisoformat(table.text(key))
    except ValueError as error:
        raise table.error(key, 'must be a time of day such as "22:00"') from error


def reason(labels: Mapping[str, str], quiets: Sequence[Quiet], now: datetime) -> str:
    """Why nobody is told about this alert; empty when they are."""
    return next((quiet.name for quiet in quiets if quiet.covers(labels, now)), "")


def is_explained(labels: Mapping[str, str], by: Mapping[str, str]) -> bool:
    """Whether an inhibiting alert is about the same: every label that both have agrees."""
    return all(labels[name] == value for name, value in by.items() if name in labels)
