"""Request bodies, bounded before and after decompression."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from spanglass_collector.errors import Rejected, TooLarge

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


async def read_body(chunks: AsyncIterator[bytes], encoding: str, limit_bytes: int) -> bytes:
    """The decoded body. Raises TooLarge past the limit and Rejected for a broken or unknown encoding."""
    if encoding in ("", "identity"):
        return await _read_plain(chunks, limit_bytes)
    if encoding not in _WINDOW_BITS:
        raise Rejected(f"Content-Encoding {encoding!r} is not known; use gzip, deflate or none")
    return await _read_compressed(chunks, encoding, limit_bytes)


async def _read_plain(chunks: AsyncIterator[bytes], limit_bytes: int) -> bytes:
    parts, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge(limit_bytes)
        parts.append(chunk)
    return b"".join(parts)


async def _read_compressed(chunks: AsyncIterator[bytes], encoding: str, limit_bytes: int) -> bytes:
    out = bytearray()
    inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    async for chunk in chunks:
        data = chunk
        while data:
            out += _inflate(inflate, data, encoding, limit_bytes + 1 - len(out))
            if len(out) > limit_bytes:
                raise TooLarge(limit_bytes)
            data = inflate.unconsumed_tail
            if inflate.eof and inflate.unused_data:  # gzip files may be concatenated
                data = inflate.unused_data
                inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    if not inflate.eof:
        raise Rejected(f"the {encoding} body ends too early")
    return bytes(out)


def _inflate(inflate: zlib._Decompress, data: bytes, encoding: str, max_length: int) -> bytes:
    try:
        return inflate.decompress(data, max_length)
    except zlib.error as error:
        raise Rejected(f"the body is no valid {encoding}: {error}") from error
