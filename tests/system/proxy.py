"""A TCP proxy in front of a store, that can be shut, stalled and opened again."""

from __future__ import annotations

import contextlib
import socket
import threading

from tests.system.processes import free_ports


class Proxy:
    """Listens on a free port. Use as a context manager; begins shut: connections are refused."""

    def __init__(self, target_port: int) -> None:
        self.port = free_ports(1)[0]
        self._target = ("127.0.0.1", target_port)
        self._listener: socket.socket | None = None
        self._flowing = threading.Event()
        self._open: list[socket.socket] = []

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def open(self) -> None:
        self._flowing.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stall(self) -> None:
        """Connections stay, and nothing comes through any more."""
        self._flowing.clear()

    def shut(self) -> None:
        """Connections break, new ones are refused."""
        if self._listener:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()
        self._flowing.set()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(self._target)
                self._open += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self._flowing.wait()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
