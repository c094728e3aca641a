"""Errors of the REST API as RFC 9457 problems: `{"type", "title", "status", "detail"}`; the detail says what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.types import Message

from spanglass_collector.access import NotAllowed, OverQuota, Unauthenticated
from spanglass_collector.errors import CollectorError, NotFound, Rejected, Retryable, StoreRefused, TooLarge, first_line
from spanglass_collector.receive.status import RETRY_AFTER_S

log = logging.getLogger(__name__)

BODY_BYTES = 8 << 20
"""Largest JSON body of a route; /api/v1/records, which reads its own, takes more."""
_STATUS: tuple[tuple[type[CollectorError], int], ...] = (
    (Unauthenticated, 401),
    (NotAllowed, 403),
    (TooLarge, 413),
    (OverQuota, 429),
    (NotFound, 404),
    (Rejected, 400),
)


class ProblemRoute(APIRoute):
    """A route whose every error is a problem document."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        has_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            try:
                return await handle(_bounded(request) if has_body else request)
            except RequestValidationError as error:
                return _problem(422, "; ".join(_field(one) for one in error.errors()))
            except HTTPException as error:
                return _problem(error.status_code, error.detail)
            except CollectorError as error:
                return of_error(error)

        return guarded


def _bounded(request: Request) -> Request:
    """FastAPI reads a whole body before it looks at anything else, keys included."""
    size = 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > BODY_BYTES:  # as FastAPI's own error: any other would be a 400
            raise HTTPException(413, f"the body is larger than {BODY_BYTES} bytes")
        return message

    return Request(request.scope, receive)


def of_error(error: CollectorError) -> Response:
    """What the store said stays in the log: its text may quote a statement."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 0)
    if status:
        return _problem(status, str(error), _retry_after(error))
    if isinstance(error, Retryable):
        return _problem(503, str(error), RETRY_AFTER_S)
    if isinstance(error, StoreRefused):
        log.error("a REST statement failed: %s", first_line(error))
        if "TIMEOUT_EXCEEDED" in str(error) or "TOO_MANY_ROWS" in str(error):
            return _problem(400, "the question takes too long: choose a shorter time range or more filters")
        return _problem(500, "the store refused the statement; the collector's log says why")
    return _problem(503, "the store does not answer now; try again", RETRY_AFTER_S)


def _retry_after(error: CollectorError) -> int:
    return error.retry_after_s if isinstance(error, OverQuota) else 0


def _field(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"][1:])
    return f"{where}: {error['msg']}"


def _problem(status: int, detail: str, retry_after_s: int = 0) -> Response:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, headers, "application/problem+json")
