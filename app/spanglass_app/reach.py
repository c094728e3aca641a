"""A collector to talk to: the one that runs, or else one of our own for as long as the command needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from spanglass_app.settings import Settings, no_store
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address
from spanglass_collector.store import Store, StoreUrl, open_store


@dataclass(frozen=True, slots=True)
class Reached:
    """`endpoint` takes OTLP/HTTP, `store_url` reads what is stored (credentials inside: keep out of logs)."""

    endpoint: str
    store_url: str
    is_own: bool


@contextmanager
def collector(settings: Settings) -> Iterator[Reached]:
    """Raises ConfigurationError or StoreError when there is none and none can be started."""
    if is_running(settings.otlp_endpoint):
        yield Reached(settings.otlp_endpoint, settings.client_store_url, is_own=False)
        return
    anywhere = Address("127.0.0.1", 0)
    config = replace(settings.collector, otlp_http=anywhere, otlp_grpc=anywhere, sql=anywhere)
    with BackgroundCollector(config) as background:
        ends = background.endpoints
        yield Reached(f"http://{ends.otlp_http}", ends.store_url, is_own=True)


@contextmanager
def store(settings: Settings) -> Iterator[Store]:
    """A connection for reading: through the running collector, or straight to the data."""
    url = StoreUrl.parse(settings.collector.store_url)
    if not url.is_embedded or is_running(settings.otlp_endpoint):
        url = StoreUrl.parse(settings.client_store_url)
    elif not Path(url.path).exists():
        # Opening it would make an empty one.
        raise no_store(settings.collector.store or settings.collector.data_dir)
    opened = open_store(url)
    try:
        yield opened
    finally:
        opened.close()


def is_running(endpoint: str) -> bool:
    try:
        return httpx.get(f"{endpoint}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
