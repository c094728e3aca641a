"""Log and metric requests for tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.admit.signal import Signal
from spanglass_collector.commit.block import Block
from spanglass_collector.store import Store
from tests.otlp_samples import START_NS, any_value


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def make_record(event: str = "", attributes: Mapping[str, Any] | None = None, **fields: Any) -> LogRecord:
    """A record on a span that no other test has; `body` is a Python value, other `fields` are the message's own."""
    if "body" in fields:
        fields["body"] = any_value(fields["body"])
    defaults: dict[str, Any] = {"trace_id": os.urandom(16), "span_id": os.urandom(8), "time_unix_nano": START_NS}
    return LogRecord(event_name=event, attributes=key_values(attributes or {}), **{**defaults, **fields})


def logs_request(*records: LogRecord) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add(schema_url="resource-schema")
    resource.resource.attributes.extend(key_values({"service.name": "test", "service.version": "1"}))
    scope = resource.scope_logs.add(schema_url="scope-schema")
    scope.scope.name, scope.scope.version = "scope", "2"
    scope.scope.attributes.extend(key_values({"in": "scope"}))
    scope.log_records.extend(records)
    return request


def metrics_request(*metrics: Metric, pod: str = "a") -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.extend(key_values({"service.name": "test", "pod": pod}))
    resource.scope_metrics.add().metrics.extend(metrics)
    return request


def put(store: Store, request: Any, signal: Signal) -> None:
    """Store a request as the collector does, without its servers."""
    Block([admit_protobuf(request.SerializeToString(), "default", START_NS, signal)]).insert_into(store)
