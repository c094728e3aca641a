"""Spans that name what served them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

import spanglass
from spanglass.serving import TracedRequests, served_by
from spanglass.testing import Captured, capture


@pytest.fixture
def app() -> FastAPI:
    """An application that answers in pieces, and one route that breaks."""
    made = FastAPI()

    @made.get("/stream")
    async def stream() -> StreamingResponse:
        def pieces() -> Iterator[str]:
            with spanglass.span("generate", kind="llm"):
                yield "one "
                yield "two"

        return StreamingResponse(pieces())

    @made.get("/broken")
    async def broken() -> None:
        raise RuntimeError("no")

    made.add_middleware(TracedRequests, model="bot@1", release="7")
    return made


def request(app: FastAPI, path: str, headers: dict[str, str] | None = None) -> tuple[httpx.Response | None, Captured]:
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
