"""A Prometheus page as an OTLP request, as OpenTelemetry's compatibility specification maps it.

Counter → monotonic cumulative Sum, without the `_total` of its name's end; Gauge and Unknown → Gauge; Histogram →
Histogram with the buckets no longer cumulative; Summary → Summary. A value that is no number is left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
    Summary,
    SummaryDataPoint,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus_text
from prometheus_client.samples import Sample

_CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
_Labels = tuple[tuple[str, str], ...]


def families(page: str, content_type: str) -> list[Family]:
    """Raises ValueError for a page that is neither format."""
    parse = open_metrics if content_type.startswith("application/openmetrics-text") else prometheus_text
    return list(parse(page))


def to_request(found: Iterable[Family], resource: Mapping[str, str], now_ns: int) -> ExportMetricsServiceRequest:
    """All families of one page, read at `now_ns`."""
    request = ExportMetricsServiceRequest()
    resource_metrics = request.resource_metrics.add()
    resource_metrics.resource.attributes.extend(_attributes(tuple(resource.items())))
    scope = resource_metrics.scope_metrics.add()
    scope.scope.name = "spanglass.scrape"
    scope.metrics.extend(metric for metric in (_metric(family, now_ns) for family in found) if metric is not None)
    return request


def _metric(family: Family, now_ns: int) -> Metric | None:
    metric = Metric(name=family.name, description=family.documentation, unit=family.unit)
    if family.type == "histogram":
        metric.histogram.CopyFrom(_histogram(family, now_ns))
        return metric if metric.histogram.data_points else None
    if family.type == "summary":
        metric.summary.CopyFrom(_summary(family, now_ns))
        return metric if metric.summary.data_points else None
    points = [_number(s, now_ns) for s in family.samples if math.isfinite(s.value) and not s.name.endswith("_created")]
    if family.type == "counter":
        metric.sum.CopyFrom(Sum(data_points=points, aggregation_temporality=_CUMULATIVE, is_monotonic=True))
    else:
        metric.gauge.CopyFrom(Gauge(data_points=points))
    return metric if points else None


def _number(sample: Sample, now_ns: int) -> NumberDataPoint:
    attributes = _attributes(tuple(sample.labels.items()))
    return NumberDataPoint(attributes=attributes, time_unix_nano=now_ns, as_double=sample.value)


def _histogram(family: Family, now_ns: int) -> Histogram:
    series = _by_labels(family, without="le")
    points = [_buckets(labels, samples, now_ns) for labels, samples in series.items()]
    return Histogram(data_points=points, aggregation_temporality=_CUMULATIVE)


def _buckets(labels: _Labels, samples: list[Sample], now_ns: int) -> HistogramDataPoint:
    bounded = sorted((float(s.labels["le"]), s.value) for s in samples if s.name.endswith("_bucket"))
    cumulative = [0.0, *(value for _, value in bounded)]
    return HistogramDataPoint(
        attributes=_attributes(labels),
        time_unix_nano=now_ns,
        count=int(_value(samples, "_count", cumulative[-1])),
        sum=_value(samples, "_sum", math.nan),
        bucket_counts=[max(0, int(high - low)) for low, high in pairwise(cumulative)],
        explicit_bounds=[bound for bound, _ in bounded if math.isfinite(bound)],
    )


def _summary(family: Family, now_ns: int) -> Summary:
    points = []
    for labels, samples in _by_labels(family, without="quantile").items():
        point = SummaryDataPoint(attributes=_attributes(labels), time_unix_nano=now_ns)
        point.count, point.sum = int(_value(samples, "_count", 0)), _value(samples, "_sum", math.nan)
        for sample in samples:
            if "quantile" in sample.labels and math.isfinite(sample.value):
                point.quantile_values.add(quantile=float(sample.labels["quantile"]), value=sample.value)
        points.append(point)
    return Summary(data_points=points)


def _by_labels(family: Family, *, without: str) -> dict[_Labels, list[Sample]]:
    series: dict[_Labels, list[Sample]] = defaultdict(list)
    for sample in family.samples:
        series[tuple(sorted(item for item in sample.labels.items() if item[0] != without))].append(sample)
    return series


def _value(samples: list[Sample], suffix: str, missing: float) -> float:
    return next((sample.value for sample in samples if sample.name.endswith(suffix)), missing)


def _attributes(labels: _Labels) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in labels]
