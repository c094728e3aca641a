"""Receivers for tests, `make demo` and benchmarks: real HTTP servers on loopback that judge what they are
sent.

    with PagerDutyReceiver() as pagerduty:
        PagerDuty(routing_key, url=pagerduty.url)
        ...
        pagerduty.events            # what a PagerDuty service would have taken

As a process of its own: `python -m spanglass_collector.alerts.testing --port 8099 --out events.jsonl`.
"""

from __future__ import annotations

import argparse
import base64
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

from spanglass_collector.alerts.channels import webhook

_SEVERITIES = ("critical", "error", "warning", "info")
_ACTIONS = ("trigger", "acknowledge", "resolve")
R = TypeVar("R", bound="Receiver")


class Receiver:
    """Answers POSTs on loopback in a thread.

    `requests` holds every one as (status, body), `ids` their webhook-id, `events` the JSON of those taken.
    """

    path = "/"

    def __init__(self, port: int = 0) -> None:
        self.requests: list[tuple[int, bytes]] = []
        self.ids: list[str] = []
        self.events: list[dict[str, Any]] = []
        self._next: deque[tuple[int, Mapping[str, str]]] = deque()
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.path}"

    def __enter__(self: R) -> R:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer_next(self, *statuses: int, headers: Mapping[str, str] | None = None) -> None:
        """Answer the coming requests with these statuses, whatever they hold; then as usual again."""
        self._next.extend((status, headers or {}) for status in statuses)

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[dict[str, Any]]:
        """The events once there are `count` of them, or what there is when time is up."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.events) >= count, timeout_s)
            return list(self.events)

    def take(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        """Judge one request: status, headers and JSON of the answer."""
        with self._changed:
            self.ids.append(headers.get("webhook-id", ""))
            status, extra, answer = self._judged(headers, body)
            self.requests.append((status, body))
            if status // 100 == 2:
                self.events.append(json.loads(body))
                self.keep(self.events[-1])
            self._changed.notify_all()
        return status, extra, answer

    def _judged(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        if self._next:
            status, extra = self._next.popleft()
            return status, extra, {"status": "as told"}
        status, answer = self.judge(headers, body)
        return status, {}, answer

    def judge(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """What the real service would answer."""
        raise NotImplementedError

    def serves(self, path: str) -> bool:
        """Whether there is such a path; asked before anything is judged."""
        return path == self.path

    def keep(self, event: dict[str, Any]) -> None:
        """Called with each event that was taken."""


class PagerDutyReceiver(Receiver):
    """Answers as the Events API v2 does: 202, or 400 with what is wrong."""

    path = "/v2/enqueue"

    def __init__(self, port: int = 0, out: Path | None = None) -> None:
        super().__init__(port)
        self._out = out

    @property
    def open_alerts(self) -> dict[str, dict[str, Any]]:
        """Triggered and not resolved, by deduplication key: what an on-call engineer would see."""
        alerts: dict[str, dict[str, Any]] = {}
        for event in list(self.events):
            if event["event_action"] == "resolve":
                alerts.pop(event["dedup_key"], None)
            elif event["event_action"] == "trigger":
                alerts.setdefault(event.get("dedup_key", ""), event)
        return alerts

    def judge(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        errors = find_errors(body)
        if errors:
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
        key = json.loads(body).get("dedup_key", "generated")
        return 202, {"status": "success", "message": "Event processed", "dedup_key": key}

    def keep(self, event: dict[str, Any]) -> None:
        if self._out is not None:
            with self._out.open("a") as file:
                file.write(json.dumps(event) + "\n")


class WebhookReceiver(Receiver):
    """Takes what is rightly signed (Standard Webhooks); without a secret, everything."""

    path = "/hook"

    def __init__(self, secret: str = "", *, tolerance_s: float = 300.0) -> None:
        super().__init__()
        self._key = webhook.decode_secret(secret) if secret else None
        self._tolerance_s = tolerance_s

    def judge(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
        if self._key is None:
            return 200, {}
        if abs(time.time() - float(timestamp)) > self._tolerance_s:
            return 400, {"error": "timestamp"}
        right = webhook.sign(self._key, message_id, timestamp, body)
        given = headers.get("webhook-signature", "").split(" ")
        return (200, {}) if right in given else (401, {"error": "signature"})


def find_errors(body: bytes) -> list[str]:
    """What the Events API v2 would refuse in an event; the rules of its reference page."""
    try:
        event = json.loads(body)
    except ValueError:
        return ["body is not JSON"]
    if not isinstance(event, dict):
        return ["body is not a JSON object"]
    return [*_envelope_errors(event, len(body)), *_payload_errors(event)]


def _envelope_errors(event: dict[str, Any], size_bytes: int) -> list[str]:
    action, key = event.get("event_action"), event.get("dedup_key", "")
    checks = {
        "'routing_key' is missing or not 32 characters": len(str(event.get("routing_key", ""))) == 32,
        f"'event_action' must be one of {_ACTIONS}": action in _ACTIONS,
        "'dedup_key' is longer than 255 characters": len(key) <= 255,
        "'dedup_key' is required": bool(key) or action == "trigger",
        "event is larger than 512 KB": size_bytes <= 512 * 1024,
    }
    return [message for message, is_right in checks.items() if not is_right]


def _payload_errors(event: dict[str, Any]) -> list[str]:
    if event.get("event_action") != "trigger":
        return []
    payload = event.get("payload")
    if not isinstance(payload, dict):
        return ["'payload' is missing"]
    checks = {
        "'payload.summary' is missing or longer than 1024": 0 < len(payload.get("summary") or "") <= 1024,
        "'payload.source' is missing": bool(payload.get("source")),
        f"'payload.severity' must be one of {_SEVERITIES}": payload.get("severity") in _SEVERITIES,
        "'payload.custom_details' is no object": isinstance(payload.get("custom_details", {}), dict),
        "'links' must have href": all("href" in link for link in event.get("links", [])),
    }
    return [message for message, is_right in checks.items() if not is_right]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not receiver.serves(self.path):
                return self._answer(404, {}, {"error": f"no such path: {self.path}"})
            return self._answer(*receiver.take(headers, body))

        def _answer(self, status: int, headers: Mapping[str, str], answer: dict[str, Any]) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name http.server gives it
            """Silent: the caller reads `requests`."""

    return Handler


def generated_secret(seed: bytes = b"spanglass-testing-secret-") -> str:
    """A well-formed webhook secret for tests."""
    return "whsec_" + base64.b64encode(seed.ljust(32, b"0")).decode()


def main() -> None:
    """Receive until interrupted; each taken event is a line of the output file and of the terminal's."""
    parser = argparse.ArgumentParser(description="A local receiver that answers like PagerDuty's Events API v2.")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--out", type=Path, default=None, help="append each event here as a JSON line")
    options = parser.parse_args()
    with PagerDutyReceiver(options.port, options.out) as receiver:
        print(f"listening on {receiver.url}", flush=True)  # noqa: T201  what a caller waits for
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
