"""Whose fault a refused insert is. Only the request's own fault may end in a 400 or in a dead letter.

ClickHouse refuses for many reasons that a person mends on the store: a missing right, a full disk, a table that is not
there yet. Names are those of ClickHouse's src/Common/ErrorCodes.cpp; every other refusal is about the data.
"""

from __future__ import annotations

from spanglass_collector.errors import StoreError, StoreRefused

_OF_THE_STORE = (
    "ACCESS_DENIED",
    "ABORTED",
    "ALL_CONNECTION_TRIES_FAILED",
    "AUTHENTICATION_FAILED",
    "CANNOT_FSYNC",
    "CANNOT_OPEN_FILE",
    "CANNOT_SCHEDULE_TASK",
    "CANNOT_WRITE_TO_FILE_DESCRIPTOR",
    "CHECKSUM_DOESNT_MATCH",
    "DATABASE_ACCESS_DENIED",
    "KEEPER_EXCEPTION",
    "NO_SUCH_COLUMN_IN_TABLE",
    "NOT_ENOUGH_SPACE",
    "QUERY_WAS_CANCELLED",
    "QUOTA_EXCEEDED",
    "REQUIRED_PASSWORD",
    "TOO_FEW_LIVE_REPLICAS",
    "UNKNOWN_DATABASE",
    "UNKNOWN_SETTING",
    "UNKNOWN_STATUS_OF_INSERT",
    "UNKNOWN_TABLE",
    "UNKNOWN_USER",
    "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE",
)
_OF_MEMORY = ("MEMORY_LIMIT", "CANNOT_ALLOCATE_MEMORY")
_IN_WORDS = ("No space left on device",)


def is_fault_of_data(error: StoreError) -> bool:
    """True when the same request would be refused by a store in perfect order."""
    text = str(error)
    return isinstance(error, StoreRefused) and not any(
        name in text for name in (*_OF_THE_STORE, *_OF_MEMORY, *_IN_WORDS)
    )


def lacks_memory(error: StoreError) -> bool:
    """True when the store might take half of it."""
    return any(name in str(error) for name in _OF_MEMORY)
