"""Times as people type them: 15m, 2h, 7d, or ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from spanglass_collector.errors import ConfigurationError

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
"""Nothing that is stored is older."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: datetime) -> datetime:
    """`all` is 1970, which is also the earliest; an age counts back from `now`. UTC where no zone is named.

    Raises ConfigurationError.
    """
    if text == "all":
        return EPOCH
    age = re.fullmatch(r"(\d+)([smhdw])", text)
    if age:
        return _back(now, int(age.group(1)), _UNITS[age.group(2)])
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is no time: use 15m, 2h, 7d, 'all' or 2026-01-31T12:00") from error
    return max(EPOCH, parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc))


def stretch(text: str, now: datetime) -> tuple[datetime, datetime]:
    """`FROM..TO`, both as for `moment`; without a TO it is until now. Raises ConfigurationError."""
    begin, _, end = text.partition("..")
    start, stop = moment(begin, now), moment(end or "0s", now)
    if start >= stop:
        raise ConfigurationError(f"{text!r} ends before it begins: write the earlier time first, as in 2d..1d")
    return start, stop


def _back(now: datetime, amount: int, unit: str) -> datetime:
    try:
        return max(EPOCH, now - timedelta(**{unit: amount}))
    except OverflowError:
        return EPOCH


def duration_s(text: str) -> float:
    """`90d`, `12h`, `0s` as seconds. Raises ConfigurationError."""
    found = re.fullmatch(r"(\d{1,9})([smhdw])", text)
    if not found:
        raise ConfigurationError(f"{text!r} is no length of time: use 30m, 12h or 90d")
    return timedelta(**{_UNITS[found.group(2)]: int(found.group(1))}).total_seconds()
