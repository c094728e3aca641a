"""`/metrics` of a process that serves nothing else: prometheus_client's own small server, in a thread."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from spanglass_collector.config import Address

log = logging.getLogger(__name__)


@contextmanager
def served(registry: CollectorRegistry, address: Address | None) -> Iterator[Address | None]:
    """Inside, the metrics are at the address that is yielded; None when there is none to serve at.

    A port that is taken costs the metrics and never the process that has them.
    """
    if address is None:
        yield None
        return
    try:
        server, thread = start_http_server(address.port, address.host, registry)
    except OSError as error:
        log.warning("no metrics at %s: %s; choose another address, or 'off', under [metrics]", address, error)
        yield None
        return
    try:
        yield Address(address.host, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
