"""OTLP/HTTP, and what operators ask of the same port: /healthz, /readyz, /metrics."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client.exposition import choose_encoder

from spanglass_collector.access import Access, Scope
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.signals import SIGNALS
from spanglass_collector.errors import CollectorError, Retryable
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.receive.body import read_body
from spanglass_collector.receive.status import (
    JSON,
    PROTOBUF,
    Answer,
    answer_to,
    encode_error,
    encode_response,
)
from spanglass_collector.web import quiet_app

log = logging.getLogger(__name__)

PREFLIGHT_AGE_S = 7200
"""How long a browser need not ask again; two hours is the most that Chromium honours."""


def http_app(
    receiver: Receiver,
    access: Access,
    metrics: CollectorMetrics,
    *,
    body_limit_bytes: int,
    is_ready: Callable[[], bool],
    complaint: Callable[[], str] = lambda: "",
    cors_origins: Sequence[str] = (),
) -> FastAPI:
    """The application behind the OTLP/HTTP port. `cors_origins`: whose pages may send from a browser."""
    app = quiet_app("Spanglass collector")
    if cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(cors_origins),
            allow_methods=["POST"],
            allow_headers=["*"],
            max_age=PREFLIGHT_AGE_S,
        )

    def route(signal: Signal) -> None:
        async def export(request: Request) -> Response:
            return await _answer(request, signal)

        app.post(signal.path)(export)

    async def _answer(request: Request, signal: Signal) -> Response:
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in (PROTOBUF, JSON):
            return Response(f"Content-Type must be {PROTOBUF} or {JSON}\n", 415, media_type="text/plain")
        is_json = content_type == JSON
        try:
            body = await _export(request, signal, is_json)
        except CollectorError as error:
            return _error(answer_to(error), is_json)
        except Exception:  # the receiver's wall: a fault of ours must not make senders drop their data
            log.exception("unexpected error while receiving %s", signal.name)
            return _error(answer_to(Retryable("internal error; see the collector's log")), is_json)
        return Response(body, media_type=content_type)

    async def _export(request: Request, signal: Signal, is_json: bool) -> bytes:
        grant = access.admit(request.headers, Scope.INGEST)
        encoding = request.headers.get("content-encoding", "").strip().lower()
        raw = await read_body(request.stream(), encoding, body_limit_bytes)
        accepted = await receiver.accept(raw, signal, is_json=is_json, project=grant.project, transport="http")
        grant.charge(len(raw), accepted.records)
        return encode_response(accepted, signal, is_json)

    for signal in SIGNALS:
        route(signal)

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response("ok\n", media_type="text/plain")

    @app.get("/readyz")
    async def readyz() -> Response:
        ready = is_ready()
        degraded = f"; degraded: {complaint()}" if ready and complaint() else ""
        text = f"ready{degraded}\n" if ready else "not ready: starting or stopping\n"
        return Response(text, 200 if ready else 503, media_type="text/plain")

    @app.get("/metrics")
    async def prometheus(request: Request) -> Response:
        # OpenMetrics for who asks for it: the older text has no exemplars.
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), headers={"Content-Type": content_type})

    return app


def _error(answer: Answer, is_json: bool) -> Response:
    headers = {"Retry-After": str(answer.retry_after_s)} if answer.retry_after_s else {}
    media_type = JSON if is_json else PROTOBUF
    return Response(encode_error(answer, is_json), answer.http_status, headers, media_type)
