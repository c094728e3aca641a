"""The demo's assistant with a model of the user's own, played by a local server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from spanglass.testing import capture
from spanglass_app.demo import assistant
from spanglass_collector.errors import ConfigurationError


class Model(BaseHTTPRequestHandler):
    """Answers chat completions with the question's last word."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": request["messages"][-1]["content"].split()[-1]}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"model": "local-1", "choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}
        raw = json.dumps(body if request["model"] == "known" else {"error": "no such model"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def model_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    yield url
    server.shutdown()


def test_the_users_own_model_is_asked(model_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name, usage and answer are what the span says."""
    monkeypatch.setenv("OPENAI_MODEL", "known")
    with capture() as captured:
        assert assistant.answer("What about cards?") == "cards?"
    span = captured.one("ask_model")
    assert span.attributes["gen_ai.usage.input_tokens"] == 9
    assert "local-1" in (span.attributes.get("gen_ai.response.model"), span.attributes.get("gen_ai.request.model"))


def test_a_model_that_answers_otherwise_is_explained(model_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the address and what to change."""
    monkeypatch.setenv("OPENAI_MODEL", "unknown")
    with capture(), pytest.raises(ConfigurationError, match="OPENAI_MODEL"):
        assistant.answer("What about cards?")


def test_a_model_that_is_not_there_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback for a closed port."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    with capture(), pytest.raises(ConfigurationError, match="OPENAI_BASE_URL"):
        assistant.answer("What about cards?")
