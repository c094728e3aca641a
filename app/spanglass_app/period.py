"""Times as people type them: 15m, 2h, 7d, or ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from spanglass_collector.errors import ConfigurationError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: datetime) -> datetime:
    """`all` is 1970; an age counts back from `now`. UTC where no zone is named. Raises ConfigurationError."""
    if text == "all":
        return datetime(1970, 1, 1, tzinfo=timezone.utc)
    age = re.fullmatch(r"(\d+)([smhdw])", text)
    if age:
        return now - timedelta(**{_UNITS[age.group(2)]: int(age.group(1))})
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is no time: use 15m, 2h, 7d, 'all' or 2026-01-31T12:00") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
