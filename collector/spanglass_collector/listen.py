"""HTTP servers on addresses of ours: one process, several servers, one owner that stops them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn

from spanglass_collector.config import Address
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.receive.connection import BoundedConnection


async def serve(
    app: Any, address: Address, *, stop_deadline_s: float, **tls: Any
) -> tuple[Address, Callable[[], Awaitable[None]]]:
    """(where it really listens, what stops it). Returns when the port accepts. Raises ConfigurationError."""
    listener = _listen(address)
    server = _Server(
        uvicorn.Config(
            app,
            http=BoundedConnection,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=int(stop_deadline_s),
            timeout_keep_alive=75,
            **tls,
        )
    )
    task = asyncio.create_task(server.serve([listener]))
    while not server.started and not task.done():  # noqa: ASYNC110  uvicorn offers no event
        await asyncio.sleep(0.01)

    async def stop() -> None:
        server.should_exit = True
        await task

    return Address(address.host, listener.getsockname()[1]), stop


def port_taken(address: Address, option: str) -> str:
    """What to say when an address cannot be had."""
    return f"cannot listen on {address}: another program may use the port; choose another with {option}"


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: several servers share this process, and it has one owner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(port_taken(address, "--otlp-http or --sql")) from error
    return listener
