"""A local HTTP server that answers whatever is asked with one recorded response."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.instrumentation.cassettes import Recording

UNWANTED = {"connection", "content-encoding", "date", "server", "content-length", "transfer-encoding", "set-cookie"}


class ReplayServer:
    """`current` is what the next request is answered with."""

    def __init__(self) -> None:
        self.current: Recording | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        replay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                recording = replay.current
                assert recording is not None
                body = recording.plain_body
                self.send_response(recording.status)
                for name, value in recording.headers:
                    if name.lower() not in UNWANTED:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815  the name is http.server's

            def log_message(self, *_: object) -> None:
                """Nothing: the table says what happened."""

        return Handler
