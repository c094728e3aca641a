"""A real OTLP/HTTP receiver on loopback, which reads requests with opentelemetry-proto."""

from __future__ import annotations

import gzip
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Receiver:
    """Answers with `answers` in turn, then with 200; keeps what it accepted."""

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[Mapping[str, str]] = []
        self.reports: list[ExportMetricsServiceRequest] = []  # of what the sender lost
        self.takes_reports = True
        self.connections = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource_spans in request.resource_spans
            for scope_spans in resource_spans.scope_spans
            for span in scope_spans.spans
        ]

    def one(self, name: str) -> Span:
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def report(self, body: bytes) -> Answer:
        """Keeps a report of losses, or does not know what that is."""
        if not self.takes_reports:
            return Answer(404)
        self.reports.append(ExportMetricsServiceRequest.FromString(body))
        return Answer()

    @property
    def reported(self) -> dict[tuple[str, str], int]:
        """The newest report: (metric, error.type or sampling result, empty without) and its count."""
        ((scope,),) = [[*each.scope_metrics] for each in self.reports[-1].resource_metrics]
        return {
            (metric.name, next(iter(attributes(point).values()), "")): point.as_int
            for metric in scope.metrics
            for point in metric.sum.data_points
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            receiver.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/v1/metrics"):
                self._answer(receiver.report(body))
                return
            receiver.headers.append(dict(self.headers))
            answer = receiver.answers.popleft() if receiver.answers else Answer()
            if answer.status == 200:
                data = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                receiver.requests.append(ExportTraceServiceRequest.FromString(data))
            self._answer(answer)

        def _answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler


def read(value: AnyValue) -> Any:
    """An `AnyValue` as a Python value."""
    which = value.WhichOneof("value")
    if which == "array_value":
        return [read(item) for item in value.array_value.values]
    if which == "kvlist_value":
        return {pair.key: read(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, which) if which else None


def attributes(message: Any) -> dict[str, Any]:
    """The attributes of a span, event, resource or scope."""
    return {pair.key: read(pair.value) for pair in message.attributes}
