"""OTLP answers: Export responses and google.rpc.Status errors, in the request's own encoding.

Source: opentelemetry-proto, docs/specification.md. Only 503 tells every sender, old and new, to keep its data:
Python exporters up to 1.44 take 429 for final, and 500 is final for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

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


def export_response(accepted: Accepted) -> ExportTraceServiceResponse:
    """Partial success only when there is something to tell: an empty message encodes to no bytes."""
    response = ExportTraceServiceResponse()
    if accepted.rejected or accepted.message:
        response.partial_success.rejected_spans = accepted.rejected
        response.partial_success.error_message = accepted.message
    return response


def encode_response(accepted: Accepted, is_json: bool) -> bytes:
    if not is_json:
        return bytes(export_response(accepted).SerializeToString())
    if not (accepted.rejected or accepted.message):
        return b"{}"
    partial = {"rejectedSpans": str(accepted.rejected), "errorMessage": accepted.message}
    return orjson.dumps({"partialSuccess": partial})


def encode_error(answer: Answer, is_json: bool) -> bytes:
    if is_json:
        return orjson.dumps({"code": answer.code, "message": answer.message})
    return bytes(Status(code=answer.code, message=answer.message).SerializeToString())
