"""OTLP answers: Export responses and google.rpc.Status errors, in the request's own encoding.

Source: opentelemetry-proto, docs/specification.md. Only 503 tells every sender, old and new, to keep its data:
Python exporters up to 1.44 take 429 for final, and 500 is final for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from google.protobuf.json_format import MessageToJson
from google.rpc.status_pb2 import Status

from spanglass_collector.admit.signal import Signal
from spanglass_collector.errors import Rejected, TooLarge
from spanglass_collector.receive.accept import Accepted

PROTOBUF, JSON = "application/x-protobuf", "application/json"
INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE, UNAUTHENTICATED = 3, 8, 14, 16
RETRY_AFTER_S = 2
"""Longest waits that Python exporters still honour within their 10 s deadline keep the batch alive longest."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status line and code of an error."""

    http_status: int
    code: int
    message: str


def answer_to(error: Exception) -> Answer:
    """Which answer an error of ours gets."""
    if isinstance(error, TooLarge):
        return Answer(413, RESOURCE_EXHAUSTED, str(error))
    if isinstance(error, Rejected):
        return Answer(400, INVALID_ARGUMENT, str(error))
    return Answer(503, UNAVAILABLE, str(error))


def encode_response(accepted: Accepted, signal: Signal, is_json: bool) -> bytes:
    """Partial success only when there is something to tell: an empty message encodes to no bytes."""
    if not (accepted.rejected or accepted.message):
        return b"{}" if is_json else b""
    told = {signal.rejected_field: accepted.rejected, "error_message": accepted.message}
    response = signal.response_type(partial_success=told)
    return MessageToJson(response).encode() if is_json else response.SerializeToString()


def encode_error(answer: Answer, is_json: bool) -> bytes:
    if is_json:
        return orjson.dumps({"code": answer.code, "message": answer.message})
    return bytes(Status(code=answer.code, message=answer.message).SerializeToString())
