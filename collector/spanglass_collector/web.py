"""How our FastAPI applications are made."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI


def quiet_app(title: str) -> FastAPI:
    """Without pages nobody asked for, and without FastAPI's own telemetry.

    Since 0.16x FastAPI traces itself wherever an OpenTelemetry provider or OTEL_EXPORTER_OTLP_ENDPOINT is set: a
    collector that reports to itself would make new spans out of every span it takes. Older versions ignore the option.
    """
    telemetry: Any = {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}
    return FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None, telemetry=telemetry)
