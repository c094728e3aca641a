"""Metrics: five kinds in the exporter's tables."""

from __future__ import annotations

import math
import os

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from spanglass_collector.admit.data_points import METRICS
from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.store import ClickHouseStore
from tests.otlp_samples import START_NS
from tests.signals.samples import key_values, metrics_request, put


def test_numbers_keep_their_kind_and_their_absence(store: ClickHouseStore) -> None:
    """An int, a double, a zero, and a point in which the sender recorded nothing."""
    metric = Metric(name="g", unit="1", description="d")
    for number, fields in enumerate(({"as_int": 7}, {"as_double": 0.0}, {"as_int": 0}, {"flags": 1})):
        metric.gauge.data_points.add(time_unix_nano=START_NS + number, **fields)
    put(store, metrics_request(metric), METRICS)
    rows = store.query("SELECT Value, Flags FROM otel_metrics_gauge ORDER BY TimeUnix").result_rows
    assert list(rows) == [(7.0, 0), (0.0, 0), (0.0, 0), (None, 1)]


def test_a_sum_is_queryable(store: ClickHouseStore) -> None:
    """Temporality, monotony, attributes and exemplars arrive."""
    metric = Metric(name="gen_ai.client.inference.usage.input_tokens", unit="{token}")
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = 2, True
    attributes = key_values({"gen_ai.request.model": "m", "list": [1, [2]]})
    point = metric.sum.data_points.add(as_int=-3, attributes=attributes, time_unix_nano=START_NS)
    trace_id, span_id = os.urandom(16), os.urandom(8)
    exemplar = point.exemplars.add(as_int=5, time_unix_nano=START_NS, trace_id=trace_id, span_id=span_id)
    exemplar.filtered_attributes.extend(key_values({"why": {"a": 1}}))
    put(store, metrics_request(metric), METRICS)
    rows = store.query(
        "SELECT ServiceName, Attributes, Value, AggregationTemporality, IsMonotonic, Exemplars.Value, "
        "Exemplars.TraceId, Exemplars.SpanId, Exemplars.FilteredAttributes FROM otel_metrics_sum"
    ).result_rows
    assert list(rows) == [
        ("test", {"gen_ai.request.model": "m", "list": "[1,[2]]"}, -3.0, 2, True, [5.0], [trace_id.hex()],
         [span_id.hex()], [{"why": '{"a":1}'}])
    ]  # fmt: skip


def test_a_histogram_keeps_what_was_not_sent_apart_from_zero(store: ClickHouseStore) -> None:
    """min sent as 0 is 0, max not sent is NULL."""
    metric = Metric(name="gen_ai.client.operation.duration", unit="s")
    metric.histogram.aggregation_temporality = 1
    metric.histogram.data_points.add(count=3, sum=1.5, min=0.0, bucket_counts=[1, 2, 0], explicit_bounds=[0.1, 1])
    put(store, metrics_request(metric), METRICS)
    rows = store.query(
        "SELECT Count, Sum, Min, Max, BucketCounts, ExplicitBounds, AggregationTemporality FROM otel_metrics_histogram"
    ).result_rows
    assert list(rows) == [(3, 1.5, 0.0, None, [1, 2, 0], [0.1, 1.0], 1)]


def test_an_exponential_histogram_keeps_its_buckets(store: ClickHouseStore) -> None:
    """Scale and offsets may be negative."""
    metric = Metric(name="e")
    point = metric.exponential_histogram.data_points.add(count=6, scale=-2, zero_count=1, max=9.5)
    point.positive.offset, point.negative.offset = -4, 3
    point.positive.bucket_counts.extend([1, 300])
    point.negative.bucket_counts.append(2)
    put(store, metrics_request(metric), METRICS)
    rows = store.query(
        "SELECT Count, Sum, Scale, ZeroCount, PositiveOffset, PositiveBucketCounts, NegativeOffset, "
        "NegativeBucketCounts, Min, Max FROM otel_metrics_exponential_histogram"
    ).result_rows
    assert list(rows) == [(6, None, -2, 1, -4, [1, 300], 3, [2], None, 9.5)]


def test_a_summary_keeps_its_quantiles(store: ClickHouseStore) -> None:
    """In the order they were sent."""
    metric = Metric(name="y")
    point = metric.summary.data_points.add(count=2, sum=3.0)
    point.quantile_values.add(quantile=0.5, value=1)
    point.quantile_values.add(quantile=0.99, value=math.inf)
    put(store, metrics_request(metric), METRICS)
    rows = store.query(
        "SELECT Count, Sum, ValueAtQuantiles.Quantile, ValueAtQuantiles.Value FROM otel_metrics_summary"
    ).result_rows
    assert list(rows) == [(2, 3.0, [0.5, 0.99], [1.0, math.inf])]


def test_a_point_sent_again_is_one_row_and_another_pods_is_another(store: ClickHouseStore) -> None:
    """Series that differ in the resource alone are told apart, points of one series by time."""
    metric = Metric(name="s")
    metric.sum.data_points.add(as_int=1, time_unix_nano=START_NS)
    other = Metric(name="other")
    other.gauge.data_points.add(as_int=1)
    put(store, metrics_request(metric), METRICS)
    put(store, metrics_request(other, metric), METRICS)
    put(store, metrics_request(metric, pod="b"), METRICS)
    assert store.query("SELECT count() FROM otel_metrics_sum").result_rows[0][0] == 2


@pytest.mark.parametrize("kind", ["gauge", "sum", "histogram", "exponential_histogram", "summary"])
def test_every_kind_of_data_point_is_counted(kind: str) -> None:
    """What the ledger says is what is stored."""
    metric = Metric(name=kind)
    for _ in range(3):
        getattr(metric, kind).data_points.add()
    admitted = admit_protobuf(metrics_request(metric, Metric(name="empty")).SerializeToString(), "p", 1, METRICS)
    assert admitted.records == 3
