"""Logs: a record needs nothing; ids that are none are treated as not sent (OTLP, logs/v1/logs.proto)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from spanglass_collector.admit.document import items
from spanglass_collector.admit.signal import Signal
from spanglass_collector.store import otlp


def count_records(request: ExportLogsServiceRequest) -> int:
    return sum(len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs)


def _values(request: ExportLogsServiceRequest) -> Iterator[AnyValue]:
    for resource in request.resource_logs:
        yield from (a.value for a in resource.resource.attributes)
        for scope in resource.scope_logs:
            yield from (a.value for a in scope.scope.attributes)
            yield from (record.body for record in scope.log_records)
            yield from (a.value for record in scope.log_records for a in record.attributes)


def _repeated_bytes(request: ExportLogsServiceRequest) -> int:
    total = 0
    for resource in request.resource_logs:
        above = resource.resource.ByteSize() + len(resource.schema_url)
        for scope in resource.scope_logs:
            total += len(scope.log_records) * (above + scope.scope.ByteSize() + len(scope.schema_url))
    return total


def _id_holders(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return items(items(items([document], "resourceLogs"), "scopeLogs"), "logRecords")


LOGS = Signal(
    name="logs",
    unit="log_records",
    service="opentelemetry.proto.collector.logs.v1.LogsService",
    request_type=ExportLogsServiceRequest,
    response_type=ExportLogsServiceResponse,
    inbox=otlp.LOGS,
    count=count_records,
    drop_invalid=lambda request: 0,
    invalid="",
    values=_values,
    id_holders=_id_holders,
    repeated_bytes=_repeated_bytes,
)
