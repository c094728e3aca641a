"""Metrics: data points of five kinds; a metric of a kind that is not known holds none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from spanglass_collector.admit.document import items, member
from spanglass_collector.admit.signal import Signal
from spanglass_collector.store import otlp

_KINDS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")


def count_points(request: ExportMetricsServiceRequest) -> int:
    return sum(len(_points(metric)) for metric in _metrics(request))


def _metrics(request: ExportMetricsServiceRequest) -> Iterator[Metric]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            yield from scope.metrics


def _points(metric: Metric) -> Any:
    kind = metric.WhichOneof("data")
    return getattr(metric, kind).data_points if kind else ()


def _values(request: ExportMetricsServiceRequest) -> Iterator[AnyValue]:
    for resource in request.resource_metrics:
        yield from (a.value for a in resource.resource.attributes)
        yield from (a.value for scope in resource.scope_metrics for a in scope.scope.attributes)
    for point in (point for metric in _metrics(request) for point in _points(metric)):
        yield from (a.value for a in point.attributes)
        if hasattr(point, "exemplars"):
            yield from (a.value for exemplar in point.exemplars for a in exemplar.filtered_attributes)


def _repeated_bytes(request: ExportMetricsServiceRequest) -> int:
    total = 0
    for resource in request.resource_metrics:
        above = resource.resource.ByteSize() + len(resource.schema_url)
        for scope in resource.scope_metrics:
            of_scope = above + scope.scope.ByteSize() + len(scope.schema_url)
            total += sum(len(_points(m)) * (of_scope + _own_bytes(m)) for m in scope.metrics)
    return total


def _own_bytes(metric: Metric) -> int:
    return len(metric.name) + len(metric.description) + len(metric.unit)


def _id_holders(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    metrics = list(items(items(items([document], "resourceMetrics"), "scopeMetrics"), "metrics"))
    for kind in _KINDS:
        yield from items(items(member(metrics, kind), "dataPoints"), "exemplars")


METRICS = Signal(
    name="metrics",
    unit="data_points",
    service="opentelemetry.proto.collector.metrics.v1.MetricsService",
    request_type=ExportMetricsServiceRequest,
    response_type=ExportMetricsServiceResponse,
    inbox=otlp.METRICS,
    count=count_points,
    drop_invalid=lambda request: 0,
    invalid="",
    values=_values,
    id_holders=_id_holders,
    repeated_bytes=_repeated_bytes,
)
