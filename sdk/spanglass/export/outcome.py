"""What became of one request, as a value: delivered, not now, or never."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse

from spanglass.export.wire import read_fields

_RETRYABLE = frozenset({429, 502, 503, 504})  # OTLP specification: exactly these
_WHAT_TO_DO = {
    401: "check the API key",
    403: "check the API key",
    404: "is this an OTLP/HTTP endpoint? Its port is usually 4318",
    405: "is this an OTLP/HTTP endpoint? Its port is usually 4318",
    413: "lower Limits.request_bytes or raise the receiver's body limit",
    415: "the receiver does not take protobuf; check the endpoint",
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """The collector took the request, except `rejected` spans it will never take."""

    rejected: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The same request may succeed later; `after_s` is the collector's wish. `answered` is false without a
    reply."""

    why: str
    after_s: float | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """The same request can never succeed. `status` is HTTP's."""

    why: str
    status: int = 0


Outcome = Delivered | TryLater | Refused


def outcome_of(answer: HTTPResponse, body: bytes) -> Outcome:
    """Reads an answer to the end of what the specification says about it."""
    if 200 <= answer.status < 300:
        return partial_success(body)
    if answer.status in _RETRYABLE:
        return TryLater(f"HTTP {answer.status}", retry_after_s(answer.headers.get("Retry-After"), time.time()))
    if 300 <= answer.status < 400:
        return Refused(f"HTTP {answer.status}: moved to {answer.headers.get('Location', '?')[:200]}", answer.status)
    advice = _WHAT_TO_DO.get(answer.status)
    return Refused(f"HTTP {answer.status}" + (f": {advice}" if advice else ""), answer.status)


def retry_after_s(header: str | None, now_s: float) -> float | None:
    """Seconds or an HTTP date, as seconds from `now_s`; None when absent or unreadable."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now_s)
    except (TypeError, ValueError):
        return None


def partial_success(body: bytes) -> Delivered:
    """Reads `ExportTraceServiceResponse { partial_success = 1 { rejected_spans = 1; error_message = 2 } }`.

    A body that is not such a message (some receivers answer JSON or text) counts as full success.
    """
    try:
        inner = dict(read_fields(body)).get(1, b"")
        fields = dict(read_fields(inner)) if isinstance(inner, bytes) else {}
    except ValueError:
        return Delivered()
    rejected, message = fields.get(1, 0), fields.get(2, b"")
    return Delivered(
        rejected if isinstance(rejected, int) else 0,
        message.decode("utf-8", "replace") if isinstance(message, bytes) else "",
    )
