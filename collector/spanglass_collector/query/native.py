"""The few bytes of ClickHouse's Native format that chDB does not write itself.

Source: ClickHouse docs, interfaces/formats/Native; clickhouse-go 2.47's handshake, observed. A block is
column count, row count, then for every column its name, type and data; before it, from revision 51903 on, BlockInfo.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence

from spanglass_collector.varint import encode_varint

HANDSHAKE = re.compile(
    r"\s*SELECT\s+displayName\(\),\s*version\(\),\s*revision\(\),\s*timezone\(\)\s*(FORMAT\s+Native)?\s*",
    re.IGNORECASE,
)

_BLOCK_INFO = bytes((1, 0, 2, 255, 255, 255, 255, 0))


def empty_block(columns: Sequence[tuple[str, str]]) -> bytes:
    """Header of a result without rows. chDB writes nothing then, and clients would see no columns."""
    return (
        encode_varint(len(columns)) + encode_varint(0) + b"".join(_text(name) + _text(kind) for name, kind in columns)
    )


def handshake_block(name: str, version: str, timezone: str) -> bytes:
    """Answer to clickhouse-go's first query. Revision 0 makes it read plain Native blocks from then on."""
    columns = [
        ("displayName()", "String", _text(name)),
        ("version()", "String", _text(version)),
        ("revision()", "UInt32", struct.pack("<I", 0)),
        ("timezone()", "String", _text(timezone)),
    ]
    body = b"".join(_text(title) + _text(kind) + b"\0" + data for title, kind, data in columns)
    return _BLOCK_INFO + encode_varint(len(columns)) + encode_varint(1) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return encode_varint(len(raw)) + raw
