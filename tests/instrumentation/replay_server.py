"""A provider on loopback that answers every request with recorded responses, for clients that speak HTTP their own
way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.instrumentation.cassettes import Recording


class ReplayServer:
    """Answers with `recordings` in turn, and with the last one for ever after."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = list(recordings)
        self.requests = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def next(self) -> Recording:
        self.requests += 1
        return self._recordings.pop(0) if len(self._recordings) > 1 else self._recordings[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(replay: ReplayServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            recording = replay.next()
            self.send_response(recording.status)
            for name, value in recording.headers:
                if name.lower() != "connection":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(recording.body)))
            self.end_headers()
            self.wfile.write(recording.body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    return Handler
