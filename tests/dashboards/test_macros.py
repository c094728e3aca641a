"""Macros as the plugin expands them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from spanglass_dashboards.macros import TimeRange, UnknownMacroError, expand, expand_backend

RANGE = TimeRange(
    datetime(2026, 3, 1, tzinfo=timezone.utc),
    datetime(2026, 3, 2, 0, 0, 1, tzinfo=timezone.utc),
    interval_s=300,
)
FROM, TO = 1772323200, 1772409601

EXPANSIONS = {
    "$__timeFilter(t)": f"t >= toDateTime({FROM}) AND t <= toDateTime({TO})",
    "$__timeFilter_ms(t)": f"t >= fromUnixTimestamp64Milli({FROM}000) AND t <= fromUnixTimestamp64Milli({TO}000)",
    "$__dateFilter(d)": "d >= toDate('2026-03-01') AND d <= toDate('2026-03-02')",
    "$__dt(d, t)": f"(d >= toDate('2026-03-01') AND d <= toDate('2026-03-02')) "
    f"AND (t >= toDateTime({FROM}) AND t <= toDateTime({TO}))",
    "$__fromTime": f"toDateTime({FROM})",
    "$__toTime_ms": f"fromUnixTimestamp64Milli({TO}000)",
    "$__timeFrom(t)": f"t >= toDateTime({FROM})",
    "$__timeTo(t)": f"t <= toDateTime({TO})",
    "$__timeGroup(t, 1h30m)": "toStartOfInterval(toDateTime(t), INTERVAL 5400 second)",
    "$__timeInterval(t)": "toStartOfInterval(toDateTime(t), INTERVAL 300 second)",
    "$__timeInterval_ms(t)": "toStartOfInterval(toDateTime64(t, 3), INTERVAL 300000 millisecond)",
    "x / $__interval_s": "x / 300",
    "$__timeInterval(if(a, b, c))": "toStartOfInterval(toDateTime(if(a, b, c)), INTERVAL 300 second)",
    "1 -- $__nonsense(\n+ 1": "1 \n+ 1",
}


@pytest.mark.parametrize(("sql", "expanded"), EXPANSIONS.items())
def test_each_macro_becomes_what_the_plugin_makes_of_it(sql: str, expanded: str) -> None:
    """One row of the plugin's table each; comments go first."""
    assert expand_backend(sql, RANGE) == expanded


@pytest.mark.parametrize(
    "sql", ["$__conditionalAll(a, $b)", "$__timeGroup(t, 1d)", "$__rateColumns(a, b, c)", "$__foo"]
)
def test_what_the_backend_does_not_know_is_refused(sql: str) -> None:
    """Grafana would send it as text; here it is an error, $__conditionalAll (browser only) included."""
    with pytest.raises(UnknownMacroError):
        expand_backend(sql, RANGE)


@pytest.mark.parametrize(
    ("value", "expanded"),
    [
        ("$__all", "1=1"),
        ("", "1=1"),
        (["$__all"], "1=1"),
        ("a", "f(x) IN ('a')"),
        (["a", "b'c"], "f(x) IN ('a','b\\'c')"),
    ],
)
def test_a_condition_goes_when_all_are_chosen(value: str | list[str], expanded: str) -> None:
    """$__conditionalAll keeps its condition only for a choice; chosen texts are quoted."""
    sql = "$__conditionalAll(f(x) IN (${v:singlequote}), $v)"
    assert expand(sql, RANGE, {"v": value}) == expanded
