"""ASGI middleware: one span a request, in the caller's trace, naming what serves.

    app.add_middleware(TracedRequests, model="support-bot@9f3c2a1b7e44", release="2026.5")

The span is current for the handler and open until the last byte of the body, so a streamed answer is inside it; its
time to first token is that of the first body byte. Bodies, queries and headers are not recorded. In a FastAPI route,
`served_by` beside it names a canary for single requests.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import propagate
from opentelemetry import trace as otel
from opentelemetry.trace import SpanKind, Status, StatusCode

from spanglass import attributes as names
from spanglass.record.ambient import inherited
from spanglass.runtime import runtime
from spanglass.serving.served import Named, served_attributes

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_QUIET = ("/healthz", "/readyz", "/livez", "/metrics")


class TracedRequests:
    """Wraps an ASGI application. `skip`: paths that make no span."""

    def __init__(
        self,
        app: App,
        *,
        model: Named | str = "",
        release: str = "",
        kind: str = "chain",
        skip: tuple[str, ...] = _QUIET,
    ) -> None:
        self._app = app
        self._skip = frozenset(skip)
        self._served = served_attributes(model, release=release)
        self._attributes = {names.KIND: kind}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._skip:
            await self._app(scope, receive, send)
            return
        around = otel.get_current_span()
        if around.is_recording() and getattr(around, "kind", None) is SpanKind.SERVER:
            # The framework or a web server's instrumentation made this request's span: it says what serves.
            around.set_attributes({**self._attributes, **self._served})
            await self._run(around, scope, receive, send)
            return
        span = self._start(scope)
        try:
            await self._run(span, scope, receive, send)
        except BaseException as error:
            span.record_exception(error)
            span.set_status(Status(StatusCode.ERROR))
            span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
            raise
        finally:
            span.end()

    async def _run(self, span: otel.Span, scope: Scope, receive: Receive, send: Send) -> None:
        token = otel_context.attach(otel.set_span_in_context(span, inherited(self._served)))
        try:
            await self._app(scope, receive, _Watched(span, send))
        finally:
            otel_context.detach(token)

    def _start(self, scope: Scope) -> otel.Span:
        tracer = runtime.tracer or runtime.start_lazily()
        caller = propagate.extract(_headers(scope))
        described = {"http.request.method": scope["method"], "url.path": scope["path"]}
        return tracer.start_span(
            f"{scope['method']} {scope['path']}",
            caller,
            kind=SpanKind.SERVER,
            attributes={**self._attributes, **self._served, **described},
        )


class _Watched:
    """`send`, with the status and the first byte noted on the span."""

    def __init__(self, span: otel.Span, send: Send) -> None:
        self._span, self._send = span, send
        self._started_s = time.perf_counter()
        self._awaits_body = True

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._note_status(message["status"])
        elif self._awaits_body and message.get("body"):
            self._awaits_body = False
            self._span.set_attribute(names.TIME_TO_FIRST_CHUNK, time.perf_counter() - self._started_s)
        await self._send(message)

    def _note_status(self, status: int) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))
            self._span.set_attribute(names.ERROR_TYPE, str(status))


def _headers(scope: Scope) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
