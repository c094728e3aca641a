"""Inboxes: Null tables that take OTLP requests as they come, and the settings under which ClickHouse decodes them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where requests of one signal are inserted; views make rows of them."""

    table: str
    column: str
    """The request's only field of OTLP; ours (admit/stamp.py) follow."""
    message: str
    """The request's name in otlp.proto."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, "project", "received_at_unix_nano", "digest")


TRACES = Inbox("otlp_inbox", "resource_spans", "Request")
PLAIN_TRACES = Inbox("otlp_inbox_plain", "resource_spans", "Request")
"""For requests none of whose attributes is rebuilt before it is a column (dialects/reshaped.csv)."""
LOGS = Inbox("otlp_logs_inbox", "resource_logs", "LogsRequest")
METRICS = Inbox("otlp_metrics_inbox", "resource_metrics", "MetricsRequest")


def insert_settings(inbox: Inbox, token: str, *, in_process: bool) -> dict[str, str | int]:
    """ClickHouse settings under which a block of length-delimited requests is decoded and inserted once.

    `token` names the block: an insert repeated with the same token adds nothing. It must never be reused for
    other content, whose rows would be dropped silently. `in_process`: the engine can read our files.
    """
    return {
        **_schema(inbox.message, in_process),
        "input_format_protobuf_oneof_presence": 1,
        "insert_deduplication_token": token,
        # A retry fills the views' tables that the first try did not reach, also on servers before 26.
        "deduplicate_blocks_in_dependent_materialized_views": 1,
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


def _schema(message: str, in_process: bool) -> dict[str, str | int]:
    """By path where that works: chDB keeps a schema sent as text in a folder of the working directory."""
    file = files(__package__).joinpath("otlp.proto")
    if in_process:
        return {"format_schema": f"{file}:{message}"}
    text = file.read_text(encoding="utf-8")
    return {"format_schema_source": "string", "format_schema": text, "format_schema_message_name": message}
