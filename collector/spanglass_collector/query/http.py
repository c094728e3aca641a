"""The embedded store over HTTP: what clickhouse-connect, clickhouse-go (Grafana) and curl expect of port 8123."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

from fastapi import FastAPI, Request, Response
from python_multipart.exceptions import MultipartParseError
from starlette.formparsers import MultiPartException, MultiPartParser

from spanglass_collector.access import ALL_PROJECTS, Access, NotAllowed, Scope, Unauthenticated
from spanglass_collector.errors import CollectorError, Rejected
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.query.answer import NAME, AnswerForm, failure
from spanglass_collector.query.disconnect import ClientGone, unless_gone
from spanglass_collector.query.guard import Forbidden
from spanglass_collector.query.native import HANDSHAKE, handshake_block
from spanglass_collector.query.request import credentials, statement_of
from spanglass_collector.query.running import RunningStatement
from spanglass_collector.query.session import EmbeddedEngine, QueryFailed, Role
from spanglass_collector.receive.bodies import Bodies
from spanglass_collector.web import quiet_app

OWNER = "spanglass"
"""The user name of the owner; its password is the owner key in the data directory."""
CONCURRENT_QUERIES = 4
"""Per role: readers cannot keep the evaluators waiting."""
WHOLE_BYTES = 1 << 20
"""Results up to this size are answered whole, so that an error is still an error status."""


class SqlAccess:
    """Who may query. The owner key opens everything; once there are keys, readers need one that reads all projects."""

    def __init__(self, owner_key: str, access: Access) -> None:
        self._owner_key = owner_key
        self._access = access

    def role_of(self, headers: Mapping[str, str], user: str, password: str) -> Role:
        """Raises Unauthenticated, NotAllowed or OverQuota. For readers the key is the password of any user name."""
        if user == OWNER:
            if hmac.compare_digest(password.encode(), self._owner_key.encode()):
                return Role.OWNER
            raise Unauthenticated("wrong owner key")
        key = self._access.identify(password)
        self._access.check_origin(key, headers)
        if not key.allows(Scope.READ) or key.project != ALL_PROJECTS:
            raise NotAllowed(
                f"key {key.prefix} may not use free SQL, which reads every project: use the REST queries under "
                "/api/v1, or a key made with --scope read --all-projects"
            )
        self._access.count(key)
        return Role.READER


def sql_app(
    engine: EmbeddedEngine,
    access: SqlAccess,
    metrics: CollectorMetrics,
    *,
    database: str,
    bodies: Bodies,
    catch_up: Callable[[], Awaitable[None]] | None = None,
) -> FastAPI:
    """The application behind the SQL port. `catch_up` is awaited before a statement runs."""
    app = quiet_app("Spanglass SQL")
    slots = {role: asyncio.Semaphore(CONCURRENT_QUERIES) for role in Role}

    @app.get("/ping")
    async def ping() -> Response:
        return Response("Ok.\n", media_type="text/plain")

    @app.api_route("/", methods=["GET", "POST"])
    async def query(request: Request) -> Response:
        if request.method == "GET" and "query" not in request.query_params:
            return Response("Ok.\n", media_type="text/plain")
        try:
            return await answer(request)
        except (CollectorError, QueryFailed, Forbidden) as error:
            return failure(error)

    async def answer(request: Request) -> Response:
        role = access.role_of(request.headers, *credentials(request.query_params, request.headers))
        parameters, body = await _content(request, bodies)
        statement = statement_of(parameters, request.headers, body, database)
        form = AnswerForm.of(statement, request, engine.timezone)
        if HANDSHAKE.fullmatch(statement.sql) and "client_protocol_version" in request.query_params:
            return form.whole(handshake_block(NAME, engine.version, engine.timezone))
        if catch_up:
            await catch_up()
        try:
            response = await _run(request, RunningStatement(engine, statement, role), form, slots[role])
        except (QueryFailed, Forbidden):
            metrics.queries.labels(role.value, "failed").inc()
            raise
        except ClientGone:
            metrics.queries.labels(role.value, "cancelled").inc()
            return Response(status_code=499)
        metrics.queries.labels(role.value, "ok").inc()
        return response

    return app


async def _run(request: Request, running: RunningStatement, form: AnswerForm, slots: asyncio.Semaphore) -> Response:
    """Small results whole, with the status of how they ended; large ones while they are made."""
    async with contextlib.AsyncExitStack() as stack:
        await unless_gone(request, stack.enter_async_context(slots))
        stack.push_async_callback(running.close)
        start, is_all = await unless_gone(request, _start(running))
        if is_all:
            return form.whole(start)
        return form.streamed(start, running.pieces(), stack.pop_all())


async def _start(running: RunningStatement) -> tuple[bytes, bool]:
    """(bytes, whether that is all): up to WHOLE_BYTES and the piece that went over."""
    start = bytearray()
    while len(start) <= WHOLE_BYTES:
        piece = await running.next()
        if piece is None:
            return bytes(start), True
        start += piece
    return bytes(start), False


async def _content(request: Request, bodies: Bodies) -> tuple[Mapping[str, str], bytes]:
    """(parameters, body). Clients put parameters that are too long for a URL into a form."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    body = await bodies.read(request.stream(), encoding)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return request.query_params, body
    return {**request.query_params, **await _fields(request, body)}, b""


async def _fields(request: Request, body: bytes) -> dict[str, str]:
    """The texts of a form, which is no larger than a body may be; files in it are left out. Raises Rejected."""

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, once(), max_part_size=len(body)).parse()
    except (MultiPartException, MultipartParseError, KeyError, UnicodeError, LookupError) as error:
        raise Rejected(f"the body is no valid form: {error}") from error
    try:
        return {name: value for name, value in form.items() if isinstance(value, str)}
    finally:
        await form.close()
