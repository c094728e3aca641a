"""The shapes of OTLP's requests as ClickHouse types; otlp.proto beside this file fills them.

Source: opentelemetry-proto 1.11, {trace,logs,metrics}/v1. The `Enum8` element named like a oneof receives which member
was present (setting input_format_protobuf_oneof_presence), so that an int 0, `false` or "" differs from "not sent".
Its numbers are the members' field numbers.
"""

from __future__ import annotations

_WHICH = (
    "value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, "
    "'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7)"
)
# Numbers and booleans arrive as text, decoded so by the reader; a member that was not sent is NULL.
_TEXTS = ("string_value", "bool_value", "int_value", "double_value", "kvlist_value", "bytes_value")
_SCALARS = ", ".join([_WHICH, *(f"{name} Nullable(String)" for name in _TEXTS)])
_INNER = f"Tuple({_SCALARS}, array_value Nullable(String))"
_VALUE = f"Tuple({_SCALARS}, array_value Tuple(values Array({_INNER})))"
_WORD = "LowCardinality(String)"
_ATTRIBUTES = f"Array(Tuple(key {_WORD}, value {_VALUE}))"
_RESOURCE = f"Tuple(attributes {_ATTRIBUTES})"
_SCOPE = f"Tuple(name String, version String, attributes {_ATTRIBUTES}, dropped_attributes_count UInt32)"

_EVENT = f"Tuple(time_unix_nano UInt64, name {_WORD}, attributes {_ATTRIBUTES})"
_LINK = f"Tuple(trace_id String, span_id String, trace_state String, attributes {_ATTRIBUTES})"
_SPAN = (
    f"Tuple(trace_id String, span_id String, trace_state String, parent_span_id String, name {_WORD}, kind Int32, "
    "start_time_unix_nano UInt64, end_time_unix_nano UInt64, "
    f"attributes {_ATTRIBUTES}, events Array({_EVENT}), links Array({_LINK}), status Tuple(message String, code Int32))"
)
_SCOPE_SPANS = f"Tuple(scope Tuple(name {_WORD}, version {_WORD}), spans Array({_SPAN}))"
TRACES = f"Array(Tuple(resource {_RESOURCE}, scope_spans Array({_SCOPE_SPANS})))"

_LOG_RECORD = (
    "Tuple(time_unix_nano UInt64, severity_number Int32, severity_text String, "
    f"body {_VALUE}, attributes {_ATTRIBUTES}, flags UInt32, trace_id String, span_id String, "
    "observed_time_unix_nano UInt64, event_name String)"
)
_SCOPE_LOGS = f"Tuple(scope {_SCOPE}, log_records Array({_LOG_RECORD}), schema_url String)"
LOGS = f"Array(Tuple(resource {_RESOURCE}, scope_logs Array({_SCOPE_LOGS}), schema_url String))"

_POINT = f"attributes {_ATTRIBUTES}, start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32"
_EXEMPLARS = (
    f"exemplars Array(Tuple(filtered_attributes {_ATTRIBUTES}, time_unix_nano UInt64, "
    "value Enum8('none' = 0, 'as_double' = 3, 'as_int' = 6), as_double Float64, as_int Int64, "
    "span_id String, trace_id String))"
)
_NUMBER_POINTS = (
    f"data_points Array(Tuple({_POINT}, value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6), "
    f"as_double Float64, as_int Int64, {_EXEMPLARS}))"
)
_SUMMED = f"{_POINT}, count UInt64, sum Nullable(Float64), min Nullable(Float64), max Nullable(Float64), {_EXEMPLARS}"
_BUCKETS = "Tuple(offset Int32, bucket_counts Array(UInt64))"
_METRIC = (
    "Tuple(name String, description String, unit String, "
    f"gauge Tuple({_NUMBER_POINTS}), "
    f"sum Tuple({_NUMBER_POINTS}, aggregation_temporality Int32, is_monotonic UInt8), "
    f"histogram Tuple(data_points Array(Tuple({_SUMMED}, bucket_counts Array(UInt64), "
    "explicit_bounds Array(Float64))), aggregation_temporality Int32), "
    f"exponential_histogram Tuple(data_points Array(Tuple({_SUMMED}, scale Int32, zero_count UInt64, "
    f"positive {_BUCKETS}, negative {_BUCKETS})), aggregation_temporality Int32), "
    f"summary Tuple(data_points Array(Tuple({_POINT}, count UInt64, sum Float64, "
    "quantile_values Array(Tuple(quantile Float64, value Float64))))))"
)
_SCOPE_METRICS = f"Tuple(scope {_SCOPE}, metrics Array({_METRIC}), schema_url String)"
METRICS = f"Array(Tuple(resource {_RESOURCE}, scope_metrics Array({_SCOPE_METRICS}), schema_url String))"
