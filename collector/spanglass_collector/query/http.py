"""The embedded store over HTTP: what clickhouse-connect, clickhouse-go (Grafana) and curl expect of port 8123."""

from __future__ import annotations

import asyncio
import gzip
import hmac
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response

from spanglass_collector.errors import Rejected
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.query.guard import Forbidden
from spanglass_collector.query.native import HANDSHAKE, handshake_block
from spanglass_collector.query.request import credentials, decompress, statement_of
from spanglass_collector.query.session import EmbeddedEngine, QueryFailed, Role, Statement, result_format
from spanglass_collector.web import quiet_app

log = logging.getLogger(__name__)

OWNER = "spanglass"
"""The user name of the owner; its password is the owner key in the data directory."""
CONCURRENT_QUERIES = 4
NAME = "spanglass"
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
_HTTP_STATUS = {516: 401, 164: 403, 60: 404, 81: 404, 158: 400, 159: 408, 241: 500, 62: 400}


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """Who may query. `owner_key` opens everything; `reader_key`, when set, is asked of readers."""

    owner_key: str = field(repr=False)
    reader_key: str = field(default="", repr=False)

    def role_of(self, user: str, password: str) -> Role | None:
        """None: wrong credentials."""
        if user == OWNER:
            return Role.OWNER if hmac.compare_digest(password.encode(), self.owner_key.encode()) else None
        if self.reader_key and not hmac.compare_digest(password.encode(), self.reader_key.encode()):
            return None
        return Role.READER


def sql_app(
    engine: EmbeddedEngine,
    access: SqlAccess,
    metrics: CollectorMetrics,
    *,
    database: str,
    body_limit_bytes: int,
) -> FastAPI:
    """The application behind the SQL port."""
    app = quiet_app("Spanglass SQL")
    slots = asyncio.Semaphore(CONCURRENT_QUERIES)

    @app.get("/ping")
    async def ping() -> Response:
        return Response("Ok.\n", media_type="text/plain")

    @app.api_route("/", methods=["GET", "POST"])
    async def query(request: Request) -> Response:
        if request.method == "GET" and "query" not in request.query_params:
            return Response("Ok.\n", media_type="text/plain")
        try:
            return await answer(request)
        except Rejected as error:
            return _failure(QueryFailed(f"Code: 36. DB::Exception: {error} (BAD_ARGUMENTS)"))

    async def answer(request: Request) -> Response:
        role = access.role_of(*credentials(request.query_params, request.headers))
        if role is None:
            text = "Authentication failed: password is incorrect, or there is no user with such name."
            return _failure(QueryFailed(f"Code: 516. DB::Exception: {text} (AUTHENTICATION_FAILED)"))
        parameters, body = await _content(request, body_limit_bytes)
        statement = statement_of(parameters, request.headers, body, database)
        if HANDSHAKE.fullmatch(statement.sql) and "client_protocol_version" in request.query_params:
            return _success(statement, handshake_block(NAME, engine.version, engine.timezone), request)
        try:
            async with slots:
                result = await asyncio.to_thread(engine.run, statement, role)
        except (QueryFailed, Forbidden) as error:
            metrics.queries.labels(role.value, "failed").inc()
            return _failure(error)
        metrics.queries.labels(role.value, "ok").inc()
        return _success(statement, result, request)

    def _success(statement: Statement, result: bytes, request: Request) -> Response:
        fmt = result_format(statement)
        headers = {
            "X-ClickHouse-Query-Id": request.query_params.get("query_id") or str(uuid.uuid4()),
            "X-ClickHouse-Format": fmt,
            "X-ClickHouse-Timezone": engine.timezone,
            "X-ClickHouse-Server-Display-Name": NAME,
            "X-ClickHouse-Summary": "{}",
        }
        wants_gzip = "gzip" in request.headers.get("accept-encoding", "")
        if wants_gzip and request.query_params.get("enable_http_compression") == "1" and len(result) > 1024:
            headers["Content-Encoding"] = "gzip"
            result = gzip.compress(result, 1)
        return Response(result, 200, headers, _CONTENT_TYPES.get(fmt, "text/plain; charset=UTF-8"))

    return app


async def _content(request: Request, limit_bytes: int) -> tuple[Mapping[str, str], bytes]:
    """(parameters, body). Clients put parameters that are too long for a URL into a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return request.query_params, await _body(request, limit_bytes)
    async with request.form(max_part_size=limit_bytes) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return {**request.query_params, **fields}, b""


async def _body(request: Request, limit_bytes: int) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise Rejected(f"the body is larger than {limit_bytes} bytes")
        parts.append(chunk)
    encoding = request.headers.get("content-encoding", "").strip().lower()
    return decompress(b"".join(parts), encoding)


def _failure(error: Exception) -> Response:
    if isinstance(error, Forbidden):
        error = QueryFailed(f"Code: 164. DB::Exception: {error} (READONLY)")
    code = error.code if isinstance(error, QueryFailed) else 1002
    headers = {"X-ClickHouse-Exception-Code": str(code), "X-ClickHouse-Server-Display-Name": NAME}
    if code == 516:
        headers["WWW-Authenticate"] = 'Basic realm="Spanglass"'
    return Response(f"{error}\n", _HTTP_STATUS.get(code, 500), headers, "text/plain; charset=UTF-8")
