"""OTLP/HTTP, and what operators ask of the same port: /healthz, /readyz, /metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client.exposition import choose_encoder
from starlette.types import ASGIApp

from spanglass_collector.access import Access
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.receive.bodies import Bodies
from spanglass_collector.receive.otlp_http import OtlpOverHttp
from spanglass_collector.web import quiet_app

PREFLIGHT_AGE_S = 7200
"""How long a browser need not ask again; two hours is the most that Chromium honours."""


def http_app(
    receiver: Receiver,
    access: Access,
    metrics: CollectorMetrics,
    *,
    bodies: Bodies,
    is_ready: Callable[[], bool],
    complaint: Callable[[], str] = lambda: "",
    cors_origins: Sequence[str] = (),
    extend: Callable[[FastAPI], None] = lambda _: None,
) -> ASGIApp:
    """The application behind the OTLP/HTTP port. `cors_origins`: whose pages may send from a browser.

    Senders' requests are answered ahead of FastAPI (otlp_http.py); `extend` adds what else the port serves.
    """
    others = operators_app(metrics, is_ready, complaint)
    extend(others)
    app = OtlpOverHttp(others, receiver, access, bodies)
    if not cors_origins:
        return app
    return CORSMiddleware(
        app, allow_origins=list(cors_origins), allow_methods=["POST"], allow_headers=["*"], max_age=PREFLIGHT_AGE_S
    )


def operators_app(metrics: CollectorMetrics, is_ready: Callable[[], bool], complaint: Callable[[], str]) -> FastAPI:
    """What operators and their machines ask."""
    app = quiet_app("Spanglass collector")

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
