"""The shape of OTLP's trace request as a ClickHouse type, and the Protobuf schema that fills it.

Source: opentelemetry-proto 1.11, trace/v1/trace.proto; see otlp.proto beside this file. The `Enum8` element named
like the oneof receives which member was present (setting input_format_protobuf_oneof_presence), so that an int 0,
`false` or "" differs from "not sent".
"""

from __future__ import annotations

from importlib.resources import files

MEMBERS = (
    "none",
    "string_value",
    "bool_value",
    "int_value",
    "double_value",
    "array_value",
    "kvlist_value",
    "bytes_value",
)
WHICH = "value Enum8({})".format(", ".join(f"'{name}' = {i}" for i, name in enumerate(MEMBERS)))
SCALARS = f"{WHICH}, string_value String, bool_value UInt8, int_value Int64, double_value Float64"
INNER = f"Tuple({SCALARS}, array_value String, kvlist_value String, bytes_value String)"
VALUE = f"Tuple({SCALARS}, array_value Tuple(values Array({INNER})), kvlist_value String, bytes_value String)"
ATTRIBUTES = f"Array(Tuple(key String, value {VALUE}))"
EVENT = f"Tuple(time_unix_nano UInt64, name String, attributes {ATTRIBUTES})"
LINK = f"Tuple(trace_id String, span_id String, trace_state String, attributes {ATTRIBUTES})"
SPAN = (
    "Tuple(trace_id String, span_id String, trace_state String, parent_span_id String, name String, kind Int32, "
    "start_time_unix_nano UInt64, end_time_unix_nano UInt64, "
    f"attributes {ATTRIBUTES}, events Array({EVENT}), links Array({LINK}), status Tuple(message String, code Int32))"
)
SCOPE_SPANS = f"Tuple(scope Tuple(name String, version String), spans Array({SPAN}))"
REQUEST = f"Array(Tuple(resource Tuple(attributes {ATTRIBUTES}), scope_spans Array({SCOPE_SPANS})))"

INBOX = "otlp_inbox"
INBOX_COLUMNS = ("resource_spans", "project", "received_at_unix_nano", "digest")


def insert_settings(token: str, *, in_process: bool) -> dict[str, str | int]:
    """ClickHouse settings under which a block of length-delimited requests is decoded and inserted once.

    `token` names the block: an insert repeated with the same token adds nothing. It must never be reused for
    other content, whose rows would be dropped silently. `in_process`: the engine can read our files.
    """
    return {
        **_schema(in_process),
        "input_format_protobuf_oneof_presence": 1,
        "insert_deduplication_token": token,
        "async_insert": 0,
        # The view is analysed anew for every insert; plan optimisations take a third of that time and find nothing.
        "query_plan_enable_optimizations": 0,
        # Rows that replace each other within one block are rare; readers and merges take care of them.
        "optimize_on_insert": 0,
        # Imported history may span any number of months.
        "max_partitions_per_insert_block": 0,
        # One block, so that one insert is one atomic part per partition.
        "max_insert_block_size": 1_000_000_000,
        "min_insert_block_size_rows": 0,
        "min_insert_block_size_bytes": 0,
    }


def _schema(in_process: bool) -> dict[str, str | int]:
    """By path where that works: chDB keeps a schema sent as text in a folder of the working directory."""
    file = files(__package__).joinpath("otlp.proto")
    if in_process:
        return {"format_schema": f"{file}:Request"}
    text = file.read_text(encoding="utf-8")
    return {"format_schema_source": "string", "format_schema": text, "format_schema_message_name": "Request"}
