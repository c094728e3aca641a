"""The loss ledger as OpenTelemetry SDK self-metrics, as the bytes of an `ExportMetricsServiceRequest`.

Names and attributes are those of the semantic conventions (docs/otel/sdk-metrics.md): cumulative monotonic sums
in spans, with the reason of a loss as `error.type` and without it for what went well.

    otel.sdk.span.started               {otel.span.sampling_result}
    otel.sdk.processor.span.processed   {error.type}
    otel.sdk.exporter.span.exported     {error.type}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from struct import Struct

from spanglass.export.wire import encode_attributes, sized, text
from spanglass.ledger import BEFORE_EXPORT, Stats

Point = tuple[Mapping[str, str], int]
_times = Struct("<BQBQ").pack  # fixed64 start_time_unix_nano (2) and time_unix_nano (3)
_as_int = Struct("<Bq").pack  # sfixed64 as_int (6)
_CUMULATIVE_MONOTONIC = b"\x10\x02\x18\x01"  # aggregation_temporality (2) = 2, is_monotonic (3) = true


@dataclass(frozen=True, slots=True)
class Period:
    """From the start of counting to now; ns since the epoch."""

    start_ns: int
    now_ns: int


def encode_report(resource: Mapping[str, str], stats: Stats, period: Period) -> bytes:
    """The whole request."""
    metrics = b"".join(b"\x12" + sized(_metric(name, points, period)) for name, points in _sums(stats).items())
    scope = b"\x0a" + sized(b"\x0a" + text("spanglass"))
    described = b"\x0a" + sized(encode_attributes(b"\x0a", resource))
    return b"\x0a" + sized(described + b"\x12" + sized(scope + metrics))


def _sums(stats: Stats) -> dict[str, list[Point]]:
    sampled_out = sum(stats.sampled_out.values())
    before = {why: count for why, count in stats.dropped.items() if why in BEFORE_EXPORT}
    after = {why: count for why, count in stats.dropped.items() if why not in BEFORE_EXPORT}
    processed = stats.exported + stats.spooled + sum(after.values())
    if stats.evicted:  # these were processed when they were spooled, by this process or an earlier one
        after["spool_evicted"] = stats.evicted
    exported = stats.exported + stats.replayed
    return {
        "otel.sdk.span.started": [
            ({"otel.span.sampling_result": "RECORD_AND_SAMPLE"}, stats.created - sampled_out),
            ({"otel.span.sampling_result": "DROP"}, sampled_out),
        ],
        "otel.sdk.processor.span.processed": _by_reason(processed, before),
        "otel.sdk.exporter.span.exported": _by_reason(exported, after),
    }


def _by_reason(went_well: int, lost: Mapping[str, int]) -> list[Point]:
    return [({}, went_well), *(({"error.type": why}, count) for why, count in sorted(lost.items()))]


def _metric(name: str, points: Iterable[Point], period: Period) -> bytes:
    data = b"".join(b"\x0a" + sized(_point(attributes, value, period)) for attributes, value in points)
    return b"\x0a" + text(name) + b"\x1a" + text("{span}") + b"\x3a" + sized(data + _CUMULATIVE_MONOTONIC)


def _point(attributes: Mapping[str, str], value: int, period: Period) -> bytes:
    when = _times(0x11, period.start_ns, 0x19, period.now_ns)
    return when + _as_int(0x31, value) + encode_attributes(b"\x3a", attributes)
