"""OTLP/HTTP's three paths, as an ASGI application of their own.

A sender waits for nothing but this, thousands of times a second, so it does without routing, middleware and request
objects; FastAPI, behind it, takes every other path.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from spanglass_collector.access import Access, Scope
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.signals import SIGNALS
from spanglass_collector.errors import CollectorError, Rejected, Retryable
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.receive.bodies import Bodies
from spanglass_collector.receive.status import JSON, PROTOBUF, Answer, answer_to, encode_error, encode_response

log = logging.getLogger(__name__)

Headers = Mapping[str, str]
TEXT = "text/plain; charset=utf-8"
_PATHS = {signal.path: signal for signal in SIGNALS}


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def send(self, send: Any) -> None:
        told = [(b"content-type", self.content_type.encode()), (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": [*told, *self.headers]})
        await send({"type": "http.response.body", "body": self.body})


class OtlpOverHttp:
    """Answers POST on the signals' paths, and passes everything else on to `others`."""

    def __init__(self, others: Any, receiver: Receiver, access: Access, bodies: Bodies) -> None:
        self._others = others
        self._receiver = receiver
        self._access = access
        self._bodies = bodies

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        signal = _PATHS.get(scope["path"]) if scope["type"] == "http" else None
        if signal is None:
            await self._others(scope, receive, send)
        elif scope["method"] != "POST":
            await Reply(405, TEXT, b"POST OTLP here\n", ((b"allow", b"POST"),)).send(send)
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            await (await self._answer(headers, _chunks(receive), signal)).send(send)

    async def _answer(self, headers: Headers, chunks: AsyncIterator[bytes], signal: Signal) -> Reply:
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in (PROTOBUF, JSON):
            return Reply(415, TEXT, f"Content-Type must be {PROTOBUF} or {JSON}\n".encode())
        is_json = content_type == JSON
        try:
            return Reply(200, content_type, await self._export(headers, chunks, signal, is_json))
        except CollectorError as error:
            return _error(answer_to(error), is_json)
        except Exception:  # the receiver's wall: a fault of ours must not make senders drop their data
            log.exception("unexpected error while receiving %s", signal.name)
            return _error(answer_to(Retryable("internal error; see the collector's log")), is_json)

    async def _export(self, headers: Headers, chunks: AsyncIterator[bytes], signal: Signal, is_json: bool) -> bytes:
        grant = self._access.admit(headers, Scope.INGEST)
        encoding = headers.get("content-encoding", "").strip().lower()
        try:
            raw = await self._bodies.read(chunks, encoding)
        except CollectorError as error:
            self._receiver.count_failed(error, signal, "http")
            raise
        accepted = await self._receiver.accept(raw, signal, is_json=is_json, project=grant.project, transport="http")
        grant.charge(len(raw), accepted.records)
        return encode_response(accepted, signal, is_json)


async def _chunks(receive: Any) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Rejected when the sender hangs up before its end."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Rejected("the connection was closed before the end of the body")
        if chunk := message.get("body", b""):
            yield chunk
        if not message.get("more_body", False):
            return


def _error(answer: Answer, is_json: bool) -> Reply:
    headers = ((b"retry-after", b"%d" % answer.retry_after_s),) if answer.retry_after_s else ()
    return Reply(answer.http_status, JSON if is_json else PROTOBUF, encode_error(answer, is_json), headers)
