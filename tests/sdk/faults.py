"""A receiver on loopback that misbehaves: each connection is handled by one `Fault` until `mend()` is called."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

Fault = Callable[[socket.socket, threading.Event], None]  # the event is set when the test is over


def _read_request(connection: socket.socket) -> None:
    """Headers and body, as far as they come."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length and (more := connection.recv(65536)):
        body += more


def silent(connection: socket.socket, over: threading.Event) -> None:
    """Takes the request and never answers."""
    over.wait()


def drips(connection: socket.socket, over: threading.Event) -> None:
    """Answers one byte at a time, for ever: each is in time for a timeout between bytes."""
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def resets(connection: socket.socket, over: threading.Event) -> None:
    """Resets the connection in the middle of the request's body."""
    connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up(connection: socket.socket, over: threading.Event) -> None:
    """Reads the request and closes without an answer."""
    _read_request(connection)


def cut_short(connection: socket.socket, over: threading.Event) -> None:
    """Promises a body of 100 bytes and sends 3."""
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")


def answers(raw: bytes) -> Fault:
    """Answers every request with these bytes."""

    def fault(connection: socket.socket, over: threading.Event) -> None:
        _read_request(connection)
        connection.sendall(raw)

    return fault


def status(line: str, body: bytes = b"", *headers: str) -> Fault:
    """Answers with a status line and a body."""
    head = "\r\n".join([f"HTTP/1.1 {line}", f"Content-Length: {len(body)}", *headers, "", ""])
    return answers(head.encode() + body)


class FaultyReceiver:
    """Listens on a free port; `requests` counts connections."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._over = threading.Event()
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    def close(self) -> None:
        self._over.set()
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._fault(connection, self._over)
