"""One HTTP connection to the collector, kept open. Only the exporter's thread uses it."""

from __future__ import annotations

import gzip
import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

from spanglass.errors import ConfigurationError
from spanglass.export.wire import read_fields

_RETRYABLE = frozenset({429, 502, 503, 504})  # OTLP specification: exactly these
_ANSWER_LIMIT_BYTES = 4 << 20  # OTLP specification


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
    """The same request can never succeed."""

    why: str


Outcome = Delivered | TryLater | Refused


class Transport(Protocol):
    """Delivers one encoded request. May block for `timeout_s`; failures are values, it raises nothing
    expected."""

    def send(self, body: bytes, timeout_s: float) -> Outcome: ...

    def close(self) -> None: ...


class HttpTransport:
    """OTLP/HTTP with protobuf bodies."""

    def __init__(self, url: str, headers: Mapping[str, str], *, compress: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"the endpoint must be http://HOST[:PORT] or https://…, not {url!r}")
        self._is_tls = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {
            "Content-Type": "application/x-protobuf",
            "User-Agent": "spanglass-python",
            **headers,
        }
        self._compress = compress
        if compress:
            self._headers["Content-Encoding"] = "gzip"
        self._connection: http.client.HTTPConnection | None = None

    def send(self, body: bytes, timeout_s: float) -> Outcome:
        payload = gzip.compress(body, compresslevel=1) if self._compress else body
        was_open = self._connection is not None
        outcome = self._exchange(payload, timeout_s)
        if was_open and isinstance(outcome, TryLater) and not outcome.answered:
            # The collector closes idle connections; that says nothing about its health.
            return self._exchange(payload, timeout_s)
        return outcome

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, payload: bytes, timeout_s: float) -> Outcome:
        try:
            connection = self._connect(timeout_s)
            connection.request("POST", self._path, payload, self._headers)
            answer = connection.getresponse()
            return _outcome(answer, answer.read(_ANSWER_LIMIT_BYTES))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return TryLater(type(error).__name__, answered=False)

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        if self._connection is None:
            make = http.client.HTTPSConnection if self._is_tls else http.client.HTTPConnection
            self._connection = make(self._host, self._port, timeout=timeout_s)
        elif self._connection.sock is not None:
            self._connection.sock.settimeout(timeout_s)
        return self._connection


def _outcome(answer: http.client.HTTPResponse, body: bytes) -> Outcome:
    if 200 <= answer.status < 300:
        return partial_success(body)
    if answer.status in _RETRYABLE:
        return TryLater(f"HTTP {answer.status}", retry_after_s(answer.headers.get("Retry-After"), time.time()))
    return Refused(f"HTTP {answer.status}")


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
