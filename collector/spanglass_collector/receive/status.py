"""OTLP answers: Export responses and google.rpc.Status errors, in the request's own encoding.

Source: opentelemetry-proto, docs/specification.md. Only 503 tells every sender, old and new, to keep its data:
Python exporters up to 1.44 take 429 for final, and 500 is final for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from google.protobuf.json_format import MessageToJson
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from spanglass_collector.access import NotAllowed, OverQuota, Unauthenticated
from spanglass_collector.admit.signal import Signal
from spanglass_collector.errors import Rejected, TooLarge
from spanglass_collector.receive.accept import Accepted

PROTOBUF, JSON = "application/x-protobuf", "application/json"
INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE, UNAUTHENTICATED = 3, 7, 8, 14, 16
RETRY_AFTER_S = 2
"""Longest waits that Python exporters still honour within their 10 s deadline keep the batch alive longest."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status line and code of an error. `retry_after_s`: 0 says nothing about a later try."""

    http_status: int
    code: int
    message: str
    retry_after_s: int = 0
    is_retryable: bool = False
    """Whether a gRPC sender should try again; without it RESOURCE_EXHAUSTED is final."""

    @property
    def status(self) -> Status:
        status = Status(code=self.code, message=self.message)
        if self.is_retryable:
            info = RetryInfo()
            info.retry_delay.seconds = self.retry_after_s
            status.details.add().Pack(info)
        return status


def answer_to(error: Exception) -> Answer:
    """Which answer an error of ours gets."""
    if isinstance(error, TooLarge):
        return Answer(413, RESOURCE_EXHAUSTED, str(error))
    if isinstance(error, Unauthenticated):
        return Answer(401, UNAUTHENTICATED, str(error))
    if isinstance(error, NotAllowed):
        return Answer(403, PERMISSION_DENIED, str(error))
    if isinstance(error, OverQuota):
        return Answer(429, RESOURCE_EXHAUSTED, str(error), error.retry_after_s, error.is_brief)
    if isinstance(error, Rejected):
        return Answer(400, INVALID_ARGUMENT, str(error))
    return Answer(503, UNAVAILABLE, str(error), RETRY_AFTER_S, is_retryable=True)


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
    return bytes(answer.status.SerializeToString())
