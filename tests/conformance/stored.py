"""What must be in the store after a sender sent its one span, log record, counter and histogram."""

from __future__ import annotations

import json

from spanglass_collector.store import Store

QUESTIONS = {
    "traces": "SELECT SpanName, StatusCode, StatusMessage, RequestModel, SpanAttributes['list'], "
    "SpanAttributes['big'], Events.Name, ScopeName FROM spans WHERE ServiceName = {service:String}",
    "logs": "SELECT Body, LogAttributes, SeverityNumber, ScopeName FROM otel_logs WHERE ServiceName = {service:String}",
    "metrics": "SELECT MetricName, Value, Attributes FROM otel_metrics_sum "
    "WHERE ServiceName = {service:String} AND MetricName = 'requests'",
    "histograms": "SELECT MetricName, Count, Sum FROM otel_metrics_histogram "
    "WHERE ServiceName = {service:String} AND MetricName = 'seconds'",
}
EXPECTED = {
    "traces": [("chat", "Error", "boom", "m", '["a","b"]', str(2**53 - 1), ["event"], "conformance")],
    "logs": [('{"text":"hello","nested":[1,{"a":null}]}', {"n": "1"}, 9, "conformance")],
    "metrics": [("requests", 3.0, {"path": "/"})],
    "histograms": [("seconds", 1, 0.5)],
}


def differences(store: Store, service: str) -> dict[str, str]:
    """By signal, what is stored instead; empty when all is as it was sent."""
    found = {}
    for signal, question in QUESTIONS.items():
        rows = [
            tuple(_canonical(value) for value in row) for row in store.query(question, {"service": service}).result_rows
        ]
        if rows != EXPECTED[signal]:
            found[signal] = repr(rows)
    return found


def _canonical(value: object) -> object:
    """JSON text with its members in one order: senders differ in it."""
    if not (isinstance(value, str) and value.startswith("{")):
        return value
    document = json.loads(value)
    return json.dumps({key: document[key] for key in ("text", "nested")}, separators=(",", ":"))
