"""An OpenAI-compatible endpoint on loopback that answers as a test says: rightly, wrongly, late, or not at all."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]

CODE = re.compile(r'"code" must be "([0-9a-f]+)"')
FENCED = re.compile(r"<<<([A-Z]+) ([0-9a-f]+)>>>\n(.*?)\n<<<END \2>>>", re.DOTALL)


@dataclass
class Raw:
    """What goes over the wire instead of a completion. `cut`: close the connection in the middle of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hold: threading.Event | None = None


Answer = Raw | str | Body
"""Text of the model, a whole answer body, or raw bytes."""


def code_of(body: Body) -> str:
    """The code that the verdict must repeat."""
    found = CODE.search(body["messages"][0]["content"])
    assert found is not None
    return found.group(1)


def texts_of(body: Body) -> dict[str, str]:
    """The judged texts, by the name on their fence."""
    return {name: text for name, _, text in FENCED.findall(body["messages"][1]["content"])}


def verdict(body: Body, **fields: Any) -> str:
    return json.dumps({"code": code_of(body), "reason": "because", **fields})


def completion(text: str, *, tokens: tuple[int, int] = (100, 20), **message: Any) -> Body:
    return {
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": text, **message}}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
    }


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A judge that gives up hangs up: that is no news."""


class JudgeServer:
    """`reply` is called with each request's body; `requests` keeps them."""

    def __init__(self) -> None:
        self.requests: list[Body] = []
        self.keys: list[str] = []
        self.reply: Callable[[Body], Answer] = lambda body: verdict(body, scores={"helpfulness": 4})
        self.lock = threading.Lock()
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def then(self, *answers: Callable[[Body], Answer] | Answer) -> None:
        """Answer with these, one a request; the last one from then on."""
        left = list(answers)

        def reply(body: Body) -> Answer:
            with self.lock:
                current = left.pop(0) if len(left) > 1 else left[0]
            return current(body) if callable(current) else current

        self.reply = reply

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server.lock:
                    server.requests.append(body)
                    server.keys.append(self.headers.get("authorization", ""))
                answer = server.reply(body)
                if isinstance(answer, str):
                    answer = completion(answer)
                if not isinstance(answer, Raw):
                    answer = Raw(body=json.dumps(answer).encode(), headers={"content-type": "application/json"})
                self._send(answer)

            def _send(self, answer: Raw) -> None:
                if answer.hold is not None:
                    answer.hold.wait(30)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body) + (100 if answer.cut else 0)))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = answer.cut

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        return Handler
