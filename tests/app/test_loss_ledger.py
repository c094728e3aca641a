"""What SDKs counted beside what is stored: per service, from the SDK's own metrics."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

from rich.console import Console

from spanglass_app.doctor import _losses
from spanglass_app.reports import tables
from spanglass_collector.store import ClickHouseStore

STARTED, PROCESSED, EXPORTED = (
    "otel.sdk.span.started",
    "otel.sdk.processor.span.processed",
    "otel.sdk.exporter.span.exported",
)
KEPT, DROPPED = {"otel.span.sampling_result": "RECORD_AND_SAMPLE"}, {"otel.span.sampling_result": "DROP"}
START = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def report(store: ClickHouseStore, minute: int, points: list[tuple[str, dict[str, str], int]], process: str) -> None:
    """One report of running totals, as rows of the OpenTelemetry exporter's table."""
    now = START + timedelta(minutes=minute)
    resource = {"service.name": "lossy", "service.instance.id": process}
    rows = [
        ["p", "lossy", name, resource, attributes, START, now, float(n), 2, True, len(process)]
        for name, attributes, n in points
    ]
    columns = "Project ServiceName MetricName ResourceAttributes Attributes StartTimeUnix TimeUnix Value"
    store.insert("otel_metrics_sum", rows, [*columns.split(), "AggregationTemporality", "IsMonotonic", "Origin"])


def test_running_totals_of_two_processes_meet_what_is_stored(store: ClickHouseStore) -> None:
    """The last total of each process counts; what neither the SDK nor the store knows of is unaccounted."""
    report(store, 1, [(STARTED, KEPT, 2)], "one")
    late = [(STARTED, KEPT, 9), (STARTED, DROPPED, 5), (EXPORTED, {}, 6)]
    lost = [(PROCESSED, {"error.type": "queue_full"}, 2), (EXPORTED, {"error.type": "timeout"}, 1)]
    report(store, 2, late + lost, "one")
    report(store, 2, [(STARTED, KEPT, 1)], "another")
    spans = [["p", "lossy", START + timedelta(seconds=i), f"{i:032x}", f"{i:016x}"] for i in range(6)]
    early = ["p", "lossy", START - timedelta(hours=1), "f" * 32, "f" * 16]
    store.insert("spans", [*spans, early], ["Project", "ServiceName", "Timestamp", "TraceId", "SpanId"])
    columns = "Created, SampledOut, Dropped, DroppedBy, Exported, Stored, Unaccounted"
    (row,) = store.query(f"SELECT {columns} FROM loss_ledger WHERE Project = 'p'").result_rows
    assert tuple(row) == (15, 5, 3, {"queue_full": 2, "timeout": 1}, 6, 6, 1)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(tables.report(store, "p", START))
    shown = [line.split() for line in console.export_text().splitlines() if line.startswith("lossy")]
    assert shown == [["lossy", "15", "5", "3", "2", "queue_full,", "1", "timeout", "6", "6", "1"]]
    told = _losses(store)
    assert told.level == "warn"
    assert "3 dropped (2 queue_full, 1 timeout)" in told.text


def test_a_service_without_reports_is_not_judged(store: ClickHouseStore) -> None:
    """Its SDK says nothing, so nothing is known: no row rather than a zero."""
    store.insert(
        "spans",
        [["p", "quiet", START, "1" * 32, "1" * 16]],
        ["Project", "ServiceName", "Timestamp", "TraceId", "SpanId"],
    )
    assert store.query("SELECT count() FROM loss_ledger").result_rows[0][0] == 0
    assert _losses(store).text == "no SDK has reported its counts"
