"""Times are read as people type them."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_app.period import EPOCH, moment
from spanglass_collector.errors import ConfigurationError

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("0s", timedelta()),
    ],
)
def test_an_age_counts_back_from_now(text: str, age: timedelta) -> None:
    """In seconds, minutes, hours, days and weeks."""
    assert moment(text, NOW) == NOW - age


@pytest.mark.parametrize("text", ["2026-01-31T12:00", "2026-01-31T12:00Z", "2026-01-31T13:00+01:00"])
def test_an_iso_time_is_utc_unless_it_names_a_zone(text: str) -> None:
    """The three name one moment."""
    assert moment(text, NOW) == datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["all", "99999999999d", "0001-01-01", "3000w"])
def test_nothing_is_older_than_1970(text: str) -> None:
    """However far back is asked."""
    assert moment(text, NOW) == EPOCH


@pytest.mark.parametrize("text", ["", "soon", "7", "7 d", "-7d", "1.5h", "2026-13-01", "12:00"])
def test_what_is_no_time_is_explained(text: str) -> None:
    """With examples of what is one."""
    with pytest.raises(ConfigurationError, match="use 15m, 2h, 7d, 'all' or 2026-01-31T12:00"):
        moment(text, NOW)


@given(st.text() | st.from_regex(r"\d+[smhdw]", fullmatch=True))
def test_any_text_is_a_time_or_explained(text: str) -> None:
    """Nothing else is ever raised."""
    with contextlib.suppress(ConfigurationError):
        assert moment(text, NOW) >= EPOCH
