"""OTLP/gRPC. The request stays bytes until admission: no message is decoded twice."""

from __future__ import annotations

import logging
from typing import Any

import grpc
from grpc_health.v1.health import aio as health  # type: ignore[attr-defined]
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server

from spanglass_collector.access import Access, Scope
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.signals import SIGNALS
from spanglass_collector.config import Address, TlsConfig
from spanglass_collector.errors import CollectorError, Retryable
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.receive.status import (
    INVALID_ARGUMENT,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    answer_to,
    encode_response,
)
from spanglass_collector.receive.tls import grpc_credentials

log = logging.getLogger(__name__)

_OPTIONS = (
    ("grpc.so_reuseport", 0),
    # A sender that is gone without a word is noticed, so that its connection is not held for ever.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Senders may ping an idle connection, as those behind load balancers do, but not more often than this.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.max_concurrent_streams", 1_000),
)
STATUS_DETAILS = "grpc-status-details-bin"
"""Trailing metadata that carries google.rpc.Status with its details (gRPC's richer error model)."""
_CODES = {
    INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    PERMISSION_DENIED: grpc.StatusCode.PERMISSION_DENIED,
    UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    RESOURCE_EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
}


class GrpcReceiver:
    """A grpc.aio server with the method Export of every signal."""

    def __init__(
        self, receiver: Receiver, access: Access, *, body_limit_bytes: int, tls: TlsConfig | None = None
    ) -> None:
        self._receiver = receiver
        self._access = access
        self._limit = body_limit_bytes
        self._tls = tls
        self._health = health.HealthServicer()
        self._server: grpc.aio.Server | None = None

    async def start(self, address: Address) -> int:
        """Listen; returns the port. Raises RuntimeError when the address is taken."""
        server = grpc.aio.server(options=[("grpc.max_receive_message_length", self._limit), *_OPTIONS])
        server.add_generic_rpc_handlers(tuple(map(self._handler, SIGNALS)))
        add_HealthServicer_to_server(self._health, server)
        if self._tls:
            port = server.add_secure_port(str(address), grpc_credentials(self._tls))
        else:
            port = server.add_insecure_port(str(address))
        await server.start()
        for service in ("", *(signal.service for signal in SIGNALS)):
            await self._health.set(service, HealthCheckResponse.SERVING)
        self._server = server
        return port

    async def stop(self, grace_s: float) -> None:
        if self._server:
            await self._health.enter_graceful_shutdown()
            await self._server.stop(grace_s)

    def _handler(self, signal: Signal) -> grpc.GenericRpcHandler[Any, Any]:
        async def export(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
            return await self._export(signal, raw, context)

        method = grpc.unary_unary_rpc_method_handler(export)
        return grpc.method_handlers_generic_handler(signal.service, {"Export": method})

    async def _export(self, signal: Signal, raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
        headers = {str(k): str(v) for k, v in context.invocation_metadata() or ()}
        try:
            grant = self._access.admit(headers, Scope.INGEST)
            accepted = await self._receiver.accept(raw, signal, is_json=False, project=grant.project, transport="grpc")
            grant.charge(len(raw), accepted.records)
        except CollectorError as error:
            answer = answer_to(error)
            details = ((STATUS_DETAILS, answer.status.SerializeToString()),) if answer.is_retryable else ()
            await context.abort(_CODES[answer.code], answer.message, details)
        except Exception:  # the receiver's wall, as in http.py
            log.exception("unexpected error while receiving %s", signal.name)
            await context.abort(grpc.StatusCode.UNAVAILABLE, str(Retryable("internal error")))
        return encode_response(accepted, signal, is_json=False)
