"""One HTTP connection, bounded in what it may hold before anyone has looked at its key.

uvicorn bounds neither the size of a request's head nor the time that a request takes to come: a head without an end is
copied anew with every piece that arrives, and connections that say nothing stay for ever.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 256 * 1024
"""Request line and headers; other servers allow 8 to 64 KiB."""
QUIET_S = 75.0
"""Longest silence in the middle of a request, and longest time for its head. As long as an idle connection is kept."""
REQUEST_S = 600.0
"""Longest time for a whole request to come: 64 MiB at a megabit a second."""


class BoundedConnection(HttpToolsProtocol):
    """Answers 400 to a head that is too long, and closes on senders that are too slow."""

    quiet_s = QUIET_S
    request_s = REQUEST_S

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._is_head = self._is_coming = True
        self._head_bytes = 0
        self._began_s = self._heard_s = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard_s = time.monotonic()
        super().data_received(data)
        if not self._is_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request's head is too long.")

    def on_message_begin(self) -> None:
        self._is_head = self._is_coming = True
        self._head_bytes = 0
        self._began_s = time.monotonic()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_coming = False
        super().on_message_complete()

    def _look_later(self) -> None:
        self._timer = self.loop.call_later(self.quiet_s / 3, self._look)

    def _look(self) -> None:
        if self._is_too_slow(time.monotonic()):
            self.transport.close()
        elif not self.transport.is_closing():
            self._look_later()

    def _is_too_slow(self, now_s: float) -> bool:
        """While nobody reads what came (flow control), silence is ours, not the sender's."""
        if not self._is_coming or self.flow.read_paused:
            return False
        slow_head = self._is_head and now_s - self._began_s > self.quiet_s
        return slow_head or now_s - self._heard_s > self.quiet_s or now_s - self._began_s > self.request_s
