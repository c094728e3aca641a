"""What all tests share: one embedded engine (chDB allows one data directory a process), a database for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.migrate import migrate

ANYWHERE = Address("127.0.0.1", 0)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def chdb_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one data directory of this test process."""
    return tmp_path_factory.getbasetemp() / "chdb"


@pytest.fixture
def store_url(chdb_path: Path) -> StoreUrl:
    """An empty database of the embedded engine."""
    return StoreUrl.parse(f"chdb://{chdb_path}?database=test_{next(_numbers)}")


@pytest.fixture
def store(store_url: StoreUrl) -> Iterator[ClickHouseStore]:
    """A migrated embedded store, empty."""
    with open_store(store_url, create_database=True) as opened:
        migrate(opened, store_url)
        yield opened
        opened.command(f"DROP DATABASE `{store_url.database}`")


@pytest.fixture(scope="session")
def shared_collector(chdb_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundCollector]:
    """A real collector on free ports, for tests that tell their spans apart by trace id."""
    config = CollectorConfig(
        data_dir=tmp_path_factory.mktemp("collector"),
        store=f"chdb://{chdb_path}?database=shared",
        otlp_http=ANYWHERE,
        otlp_grpc=ANYWHERE,
        sql=ANYWHERE,
        body_limit_bytes=4 << 20,
    )
    with BackgroundCollector(config) as collector:
        yield collector


@pytest.fixture
def shared_store(shared_collector: BackgroundCollector) -> Iterator[ClickHouseStore]:
    """The shared collector's store, as any other process reaches it: through the SQL endpoint."""
    with open_store(shared_collector.endpoints.store_url) as opened:
        yield opened
