"""Spans that name what served them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from opentelemetry import trace as otel

import spanglass
from spanglass.runtime import runtime
from spanglass.serving import TracedRequests, served_by
from spanglass.testing import Captured, capture
from spanglass_collector.web import quiet_app


@pytest.fixture
def app() -> FastAPI:
    """An application that answers in pieces, and one route that breaks."""
    made = quiet_app("served")

    @made.get("/stream")
    async def stream() -> StreamingResponse:
        @spanglass.trace(name="generate", kind="llm")
        def generate() -> Iterator[str]:
            yield "one "
            yield "two"

        return StreamingResponse(generate())

    @made.get("/broken")
    async def broken() -> None:
        raise RuntimeError("no")

    made.add_middleware(TracedRequests, model="bot@1", release="7")
    return made


def request(app: Any, path: str, headers: dict[str, str] | None = None) -> tuple[httpx.Response | None, Captured]:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get(path, headers=headers)

    with capture() as captured:
        try:
            return asyncio.run(go()), captured
        except RuntimeError:
            return None, captured


def test_a_streamed_answer_is_inside_its_request(app: FastAPI) -> None:
    """The span stays open until the last byte; spans inside name the model version too."""
    answer, captured = request(app, "/stream")
    assert answer is not None
    assert answer.text == "one two"
    outer, inner = captured.one("GET /stream"), captured.one("generate")
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    for span in (outer, inner):
        assert span.attributes is not None
        assert span.attributes["spanglass.model.version"] == "bot@1"
    assert outer.end_time is not None
    assert inner.end_time is not None
    assert outer.end_time >= inner.end_time
    assert "gen_ai.response.time_to_first_chunk" in (outer.attributes or {})


def test_the_callers_trace_goes_on(app: FastAPI) -> None:
    """A W3C traceparent makes the request a part of the caller's trace."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    _, captured = request(app, "/stream", {"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    context = captured.one("GET /stream").context
    assert context is not None
    assert f"{context.trace_id:032x}" == trace


def test_a_request_that_is_traced_already_gets_no_second_span(app: FastAPI) -> None:
    """Recent FastAPI traces its requests itself: its span then says what served, and so do those inside."""

    class Framework:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            tracer = otel.get_tracer("framework", tracer_provider=runtime.provider)
            with tracer.start_as_current_span("its own", kind=otel.SpanKind.SERVER):
                await self.app(scope, receive, send)

    _, captured = request(Framework(app), "/stream")
    assert captured.named("GET /stream") == []
    assert (captured.one("its own").attributes or {})["spanglass.model.version"] == "bot@1"
    assert len({span.context.trace_id for span in captured.spans if span.context}) == 1


def test_a_request_that_breaks_says_so(app: FastAPI) -> None:
    """The exception goes on to the server and is on the span."""
    answer, captured = request(app, "/broken")
    assert answer is None
    assert (captured.one("GET /broken").attributes or {})["error.type"] == "RuntimeError"


def test_what_served_is_inherited_and_nested() -> None:
    """An inner block adds to what the outer one said; outside of both nothing is said."""
    with capture() as captured:
        with served_by("bot@1", release="7"), served_by(prompt="greeting", prompt_version=3), spanglass.span("inside"):
            pass
        with spanglass.span("outside"):
            pass
    inside = captured.one("inside").attributes or {}
    assert inside["spanglass.model.version"] == "bot@1"
    assert inside["gen_ai.prompt.version"] == "3"
    assert "spanglass.model.version" not in (captured.one("outside").attributes or {})
