"""One HTTP connection to the collector, kept open. Only the exporter's thread uses it."""

from __future__ import annotations

import gzip
import http.client
import ssl
import time
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from spanglass.config import Tls
from spanglass.errors import ConfigurationError
from spanglass.export.deadline import DeadlineSocket
from spanglass.export.outcome import Outcome, TryLater, outcome_of

_ANSWER_LIMIT_BYTES = 4 << 20  # OTLP specification


class Transport(Protocol):
    """Delivers one encoded request. May block for `timeout_s`; failures are values, it raises nothing
    expected."""

    def send(self, body: bytes, timeout_s: float) -> Outcome: ...

    def close(self) -> None: ...


class HttpTransport:
    """OTLP/HTTP with protobuf bodies."""

    def __init__(self, url: str, headers: Mapping[str, str], *, compress: bool = False, tls: Tls | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"the endpoint must be http://HOST[:PORT] or https://…, not {url!r}")
        self._is_tls = parts.scheme == "https"
        self._tls = tls or Tls()
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
        began_s = time.monotonic()
        outcome = self._exchange(payload, timeout_s)
        left_s = began_s + timeout_s - time.monotonic()
        if was_open and isinstance(outcome, TryLater) and not outcome.answered and left_s > 0:
            # The collector closes idle connections; that says nothing about its health.
            return self._exchange(payload, left_s)
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
            return outcome_of(answer, self._read_body(answer))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return TryLater(_why(error), answered=False)

    def _read_body(self, answer: http.client.HTTPResponse) -> bytes:
        """What there is of it: the status has been said, and a body that breaks off does not take it back."""
        try:
            return answer.read(_ANSWER_LIMIT_BYTES)
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return b""

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        deadline_s = time.monotonic() + timeout_s
        if self._connection is None or self._connection.sock is None:
            self._connection = self._open(timeout_s)
        sock = self._connection.sock
        if isinstance(sock, DeadlineSocket):
            sock.deadline_s = deadline_s
        return self._connection

    def _open(self, timeout_s: float) -> http.client.HTTPConnection:
        connection = self._new_connection(timeout_s)
        connection.connect()
        connection.sock = DeadlineSocket(connection.sock)
        return connection

    def _new_connection(self, timeout_s: float) -> http.client.HTTPConnection:
        if not self._is_tls:
            return http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)
        context = ssl.create_default_context(cafile=self._tls.certificate)
        if self._tls.client_certificate:
            context.load_cert_chain(self._tls.client_certificate, self._tls.client_key)
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout_s, context=context)


def _why(error: Exception) -> str:
    """The kind of failure, and for TLS what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message}); see OTEL_EXPORTER_OTLP_CERTIFICATE"
    return type(error).__name__
