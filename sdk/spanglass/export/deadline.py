"""A socket whose whole exchange has one deadline.

`socket.settimeout` bounds each call alone, so a peer that sends one byte every nine seconds could hold the
exporter for hours. This stand-in gives every call the time that is left.
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any


class DeadlineSocket:
    """What `http.client` uses of a socket: `sendall`, `makefile`, `close`."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline_s = time.monotonic()

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(self._left_s())
        self._sock.sendall(data)  # its timeout is for all of the data

    def makefile(self, mode: str, *args: Any, **kwargs: Any) -> io.BufferedReader:
        """The reading side, the only one `http.client` asks for."""
        return io.BufferedReader(_Reader(self))

    def receive_into(self, buffer: Any) -> int:
        self._sock.settimeout(self._left_s())
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        self._sock.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def _left_s(self) -> float:
        left_s = self.deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the exchange took longer than its deadline")
        return left_s


class _Reader(io.RawIOBase):
    def __init__(self, sock: DeadlineSocket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.receive_into(buffer)
