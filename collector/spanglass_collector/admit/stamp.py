"""Fields of ours at the end of a request's bytes: project, time of receipt, digest.

Serialised protobuf messages may be concatenated, and the last value of a field wins: nothing a sender puts into these
field numbers survives. Field numbers are those of store/otlp.proto.
"""

from __future__ import annotations

import struct

from spanglass_collector.varint import encode_varint

PROJECT, RECEIVED_AT, DIGEST = 1000, 1001, 1002
_LENGTH_DELIMITED, _FIXED64 = 2, 1


def stamp(project: str, received_at_ns: int, digest: bytes) -> bytes:
    """Bytes to append to a serialised ExportTraceServiceRequest."""
    received_at = encode_varint(RECEIVED_AT << 3 | _FIXED64) + struct.pack("<Q", received_at_ns)
    return _field(PROJECT, project.encode()) + received_at + _field(DIGEST, digest)


def _field(number: int, value: bytes) -> bytes:
    return encode_varint(number << 3 | _LENGTH_DELIMITED) + encode_varint(len(value)) + value
