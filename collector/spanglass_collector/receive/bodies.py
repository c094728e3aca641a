"""Bodies of requests while they come: each bounded, and all of them together.

A body of some kilobytes unpacks to 64 MiB, and a sender may take minutes for one: connections are cheap to open, so
that a bound of each body alone bounds nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from spanglass_collector.errors import Retryable
from spanglass_collector.receive.body import read_body

SMALL_BYTES = 1 << 20
"""What every body may hold, whoever else holds how much: ordinary senders are never turned away."""


class Bodies:
    """`limit_bytes`: most of one body, unpacked. `room_bytes`: most of all unfinished ones, past SMALL_BYTES each."""

    def __init__(self, limit_bytes: int, room_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._room_bytes = room_bytes

    async def read(self, chunks: AsyncIterator[bytes], encoding: str) -> bytes:
        """The decoded body. Raises TooLarge, Rejected for a broken or unknown encoding, Retryable without room."""
        with self._one() as grow:
            return await read_body(chunks, encoding, self._limit_bytes, grow)

    @contextmanager
    def _one(self) -> Iterator[Callable[[int], None]]:
        size = taken = 0

        def grow(more_bytes: int) -> None:
            nonlocal size, taken
            size += more_bytes
            wanted = max(0, size - SMALL_BYTES) - taken
            if wanted > self._room_bytes:
                raise Retryable("too many large requests are on their way; send this one again, or fewer spans at once")
            self._room_bytes -= wanted
            taken += wanted

        try:
            yield grow
        finally:
            self._room_bytes += taken
