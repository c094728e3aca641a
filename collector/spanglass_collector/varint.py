"""Base-128 integers, as Protobuf and ClickHouse's Native format both write them: 7 bits a byte, the lowest first."""

from __future__ import annotations


def encode_varint(number: int) -> bytes:
    """A number >= 0."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode_varint(encoded: bytes) -> int:
    """The number that all of `encoded` says."""
    return sum((byte & 127) << (7 * i) for i, byte in enumerate(encoded))
