"""How the SQL endpoint answers: ClickHouse's headers, codes and texts."""

from __future__ import annotations

import asyncio
import gzip
import uuid
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from spanglass_collector.access import NotAllowed, OverQuota, Unauthenticated
from spanglass_collector.errors import Retryable
from spanglass_collector.query.guard import Forbidden
from spanglass_collector.query.session import QueryFailed
from spanglass_collector.query.statement import Statement, result_format
from spanglass_collector.receive.status import RETRY_AFTER_S

NAME = "spanglass"
STREAM_DEADLINE_S = 300.0
"""A client that reads slower than this ends loses its answer, not everybody else's place."""
_CONTENT_TYPES = {
    "Native": "application/octet-stream",
    "RowBinary": "application/octet-stream",
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8",
    "CSVWithNames": "text/csv; charset=UTF-8",
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
}
_HTTP_STATUS = {
    516: 401,
    497: 403,
    164: 403,
    201: 429,
    202: 503,
    60: 404,
    81: 404,
    158: 400,
    159: 408,
    241: 500,
    62: 400,
    36: 400,
    72: 400,
    115: 400,
}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """Headers and encoding of one successful answer."""

    fmt: str
    headers: dict[str, str]
    is_gzip: bool

    @classmethod
    def of(cls, statement: Statement, request: Request, timezone: str) -> AnswerForm:
        fmt = result_format(statement)
        headers = {
            "X-ClickHouse-Query-Id": _query_id(request),
            "X-ClickHouse-Format": fmt,
            "X-ClickHouse-Timezone": timezone,
            "X-ClickHouse-Server-Display-Name": NAME,
            "X-ClickHouse-Summary": "{}",
        }
        wants_gzip = "gzip" in request.headers.get("accept-encoding", "")
        return cls(fmt, headers, wants_gzip and request.query_params.get("enable_http_compression") == "1")

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES.get(self.fmt, "text/plain; charset=UTF-8")

    def whole(self, result: bytes) -> Response:
        headers = dict(self.headers)
        if self.is_gzip and len(result) > 1024:
            headers["Content-Encoding"] = "gzip"
            result = gzip.compress(result, 1)
        return Response(result, 200, headers, self.content_type)

    def streamed(self, start: bytes, rest: AsyncIterator[bytes], cleanup: AsyncExitStack) -> Response:
        """An error after the start cuts the connection: the chunked body is then visibly incomplete."""
        headers = {**self.headers, **({"Content-Encoding": "gzip"} if self.is_gzip else {})}
        pieces = _joined(start, rest)
        return _Streamed(_gzipped(pieces) if self.is_gzip else pieces, headers, self.content_type, cleanup)


class _Streamed(StreamingResponse):
    def __init__(
        self, pieces: AsyncIterator[bytes], headers: dict[str, str], media_type: str, cleanup: AsyncExitStack
    ) -> None:
        super().__init__(pieces, 200, headers, media_type)
        self._cleanup = cleanup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._cleanup:
            await asyncio.wait_for(super().__call__(scope, receive, send), STREAM_DEADLINE_S)


async def _joined(start: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield start
    async for piece in rest:
        yield piece


async def _gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    async for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def failure(error: Exception) -> Response:
    """Any error of ours in ClickHouse's words, with its code in the header clients look at."""
    failed = error if isinstance(error, QueryFailed) else QueryFailed(_text(error))
    headers = {"X-ClickHouse-Exception-Code": str(failed.code), "X-ClickHouse-Server-Display-Name": NAME}
    if failed.code == 516:
        headers["WWW-Authenticate"] = 'Basic realm="Spanglass"'
    if isinstance(error, OverQuota):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, Retryable):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return Response(f"{failed}\n", _HTTP_STATUS.get(failed.code, 500), headers, "text/plain; charset=UTF-8")


def _text(error: Exception) -> str:
    codes: list[tuple[type[Exception], int, str]] = [
        (Forbidden, 164, "READONLY"),
        (Unauthenticated, 516, "AUTHENTICATION_FAILED"),
        (NotAllowed, 497, "ACCESS_DENIED"),
        (OverQuota, 201, "QUOTA_EXCEEDED"),
        (Retryable, 202, "TOO_MANY_SIMULTANEOUS_QUERIES"),
    ]
    code, name = next(((c, n) for kind, c, n in codes if isinstance(error, kind)), (36, "BAD_ARGUMENTS"))
    lead = "Authentication failed: password is incorrect, or there is no user with such name: " if code == 516 else ""
    return f"Code: {code}. DB::Exception: {lead}{error} ({name})"


def _query_id(request: Request) -> str:
    asked = request.query_params.get("query_id", "")
    return asked if asked.isascii() and asked.isprintable() and asked else str(uuid.uuid4())
