from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from spanglass_collector.access import ALL_PROJECTS, Key, Scope
from spanglass_collector.access.file import KeyFile
from spanglass_collector.access.key import digest, new_secret
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import CollectorConfig
from spanglass_collector.store import open_store
from tests.conftest import ANYWHERE
from tests.rest.traffic import BANK, SHOP, fill

Client = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def api(chdb_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """`api(project, *scopes)`: a client with a key of its own, against a collector that holds two projects' traffic."""
    config = CollectorConfig(
        tmp_path_factory.mktemp("rest"), f"chdb://{chdb_path}?database=rest", ANYWHERE, ANYWHERE, ANYWHERE
    )
    keys = KeyFile(config.key_file)
    clients: list[httpx.Client] = []
    with BackgroundCollector(config) as collector:
        with open_store(collector.endpoints.store_url) as store:
            fill(store, SHOP)
            fill(store, BANK)

        def client(project: str = ALL_PROJECTS, *scopes: Scope) -> httpx.Client:
            prefix, secret = new_secret()
            keys.add(Key(prefix, digest(secret), project, frozenset(scopes or [Scope.READ])))
            url = f"http://{collector.endpoints.otlp_http}/api/v1"
            clients.append(httpx.Client(base_url=url, headers={"x-api-key": secret}, timeout=60))
            return clients[-1]

        yield client
        for one in clients:
            one.close()
        with open_store(collector.endpoints.store_url) as store:
            store.command("DROP DATABASE rest")


@pytest.fixture(scope="module")
def shop(api: Client) -> httpx.Client:
    """May read the project shop."""
    return api(SHOP.name)
