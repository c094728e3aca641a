"""Request bodies, bounded before and after decompression."""

from __future__ import annotations

import sys
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import lz4.frame

from spanglass_collector.errors import Rejected, TooLarge

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD_WINDOW_LOG = 23
"""Most memory a sender may make us take for its window: 8 MiB, what RFC 9659 allows for HTTP."""


class Decompressor(Protocol):
    """One member of a compressed stream. `decompress` gives at most `max_length` bytes and keeps the rest of `data`."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...
    def has_more(self) -> bool:
        """Whether input that was given is still to be decompressed."""
        ...


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._inflate = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)

    def has_more(self) -> bool:
        return bool(self._inflate.unconsumed_tail)


class _Framed:
    """Decompressors that keep what they have not taken yet: zstd's and lz4's."""

    def __init__(self, inflate: Any) -> None:
        self._inflate = inflate

    @property
    def eof(self) -> bool:
        return bool(self._inflate.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inflate.unused_data or b"")

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return bytes(self._inflate.decompress(data, max_length))

    def has_more(self) -> bool:
        return not (self._inflate.eof or self._inflate.needs_input)


_DECOMPRESSORS: dict[str, Callable[[], Decompressor]] = {
    "gzip": lambda: _Zlib(16 + zlib.MAX_WBITS),
    "deflate": lambda: _Zlib(zlib.MAX_WBITS),
    "zstd": lambda: _Framed(
        zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})
    ),
    "lz4": lambda: _Framed(lz4.frame.LZ4FrameDecompressor()),
}


async def read_body(
    chunks: AsyncIterator[bytes], encoding: str, limit_bytes: int, grow: Callable[[int], None] = lambda _: None
) -> bytes:
    """The decoded body. Raises TooLarge past the limit and Rejected for a broken or unknown encoding.

    `grow` is told of every byte that is held, and may raise.
    """
    if encoding in ("", "identity"):
        return await _read_plain(chunks, limit_bytes, grow)
    if encoding not in _DECOMPRESSORS:
        raise Rejected(f"Content-Encoding {encoding!r} is not known; use {', '.join(_DECOMPRESSORS)} or none")
    body = _Decompressed(encoding, limit_bytes, grow)
    async for chunk in chunks:
        body.feed(chunk)
    return body.finish()


async def _read_plain(chunks: AsyncIterator[bytes], limit_bytes: int, grow: Callable[[int], None]) -> bytes:
    parts, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge(limit_bytes)
        grow(len(chunk))
        parts.append(chunk)
    return b"".join(parts)


class _Decompressed:
    """Grows by what is fed to it, never past the limit: a bomb is told by its first bytes too many."""

    def __init__(self, encoding: str, limit_bytes: int, grow: Callable[[int], None]) -> None:
        self._encoding = encoding
        self._limit = limit_bytes
        self._grow = grow
        self._out = bytearray()
        self._member = _DECOMPRESSORS[encoding]()

    def feed(self, chunk: bytes) -> None:
        data = chunk
        while data or self._member.has_more():
            if self._member.eof:  # compressed files may be concatenated
                self._member = _DECOMPRESSORS[self._encoding]()
            more = self._decompress(data)
            if len(self._out) + len(more) > self._limit:
                raise TooLarge(self._limit)
            self._grow(len(more))
            self._out += more
            data = self._member.unused_data if self._member.eof else b""

    def finish(self) -> bytes:
        if not self._member.eof:
            raise Rejected(f"the {self._encoding} body ends too early")
        return bytes(self._out)

    def _decompress(self, data: bytes) -> bytes:
        try:
            return self._member.decompress(data, self._limit + 1 - len(self._out))
        except (zlib.error, zstd.ZstdError, RuntimeError, EOFError) as error:
            raise Rejected(f"the body is no valid {self._encoding}: {error}") from error
