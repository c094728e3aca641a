"""Spans of any age and order, and spans that are sent again."""

from __future__ import annotations

from typing import Any

import pytest

from spanglass_collector.admit.traces import TRACES
from spanglass_collector.store import ClickHouseStore
from tests.otlp_samples import START_NS, make_request, make_span
from tests.signals.samples import put

YEAR_2200_NS = 7_258_118_400 * 10**9
BEYOND_NS = 2**64 - 1


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "year", "duration"),
    [
        (0, 0, 1970, 0),
        (1, 2, 1970, 1),
        (YEAR_2200_NS, YEAR_2200_NS + 5, 2200, 5),
        (BEYOND_NS, BEYOND_NS, 2262, 0),
        (START_NS + 10, START_NS, 2025, 0),
    ],
)
def test_a_span_of_any_age_is_stored_and_found(
    store: ClickHouseStore, start_ns: int, end_ns: int, year: int, duration: int
) -> None:
    """Times past what nanoseconds in 64 bits can say stop at their end, and an end before its start is no duration."""
    span = make_span(start_time_unix_nano=start_ns, end_time_unix_nano=end_ns, parent_span_id=b"p" * 8)
    put(store, make_request([span]), TRACES)
    trace_id = {"id": span.trace_id.hex()}
    rows = store.query(
        "SELECT toYear(Timestamp), Duration, ParentSpanId FROM spans WHERE TraceId = {id:String}", trace_id
    ).result_rows
    assert list(rows) == [(year, duration, "70" * 8)]
    found = store.query(
        "SELECT toYear(t.Start) FROM spans_trace_id_ts AS t INNER JOIN spans AS s ON s.TraceId = t.TraceId "
        "WHERE t.TraceId = {id:String} AND toDateTime64(s.Timestamp, 0) BETWEEN t.Start AND t.End",
        trace_id,
    ).result_rows
    assert list(found) == [(year,)]
    minutes = store.query("SELECT toYear(Minute), sum(Calls) FROM usage_1m GROUP BY 1").result_rows
    assert list(minutes) == [(min(year, 2106), 1)]


def test_the_same_span_in_another_grouping_is_one_span(store: ClickHouseStore) -> None:
    """As after a lost answer, a replay, or by a second collector."""
    first, second, third = make_span(), make_span(), make_span()
    for spans in ([first, second], [second, third], [third, first]):
        put(store, make_request(spans), TRACES)
    assert store.query("SELECT count() FROM spans").result_rows[0][0] == 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_children_may_come_before_their_parents(store: ClickHouseStore, order: tuple[int, ...]) -> None:
    """A trace is whole when its last span is there, whichever that is."""
    trace_id = b"t" * 16
    ids = [b"", b"a" * 8, b"b" * 8, b"c" * 8]
    spans: list[Any] = [
        make_span(trace_id=trace_id, span_id=ids[n + 1], parent_span_id=ids[n], start_time_unix_nano=START_NS + n)
        for n in range(3)
    ]
    for n in order:
        put(store, make_request([spans[n]]), TRACES)
    rows = store.query("SELECT SpanId, ParentSpanId FROM spans ORDER BY Timestamp").result_rows
    assert list(rows) == [(i.hex(), p.hex()) for i, p in zip(ids[1:], ids, strict=False)]
