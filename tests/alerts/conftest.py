"""A migrated database, emptied before each test, on the embedded engine that all tests share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from tests.alerts.traffic import Traffic

WRITTEN = (
    "spans",
    "usage_1m",
    "spans_trace_id_ts",
    "scores",
    "window_scores",
    "alert_states",
    "alert_outbox",
    "alert_silences",
    "alert_acknowledgements",
)


@pytest.fixture(scope="session")
def store_url(chdb_path: Path) -> StoreUrl:
    return StoreUrl.parse(f"chdb://{chdb_path}?database=alerts_{uuid.uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def migrated(store_url: StoreUrl) -> Iterator[ClickHouseStore]:
    with open_store(store_url, create_database=True) as opened:
        migrate(opened, store_url)
        yield opened


@pytest.fixture
def store(migrated: ClickHouseStore) -> ClickHouseStore:
    for table in WRITTEN:
        migrated.command(f"TRUNCATE TABLE {table}")
    return migrated


@pytest.fixture
def traffic(store: ClickHouseStore) -> Traffic:
    return Traffic(store)
