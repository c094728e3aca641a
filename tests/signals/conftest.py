"""One database for the tests of a module, emptied between them: making the schema takes longer than a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.migrate import migrate

FILLED = (
    "spans", "usage_1m", "scores", "otel_logs", "span_content", "span_content_joined", "otel_metrics_gauge",
    "otel_metrics_sum", "otel_metrics_histogram", "otel_metrics_exponential_histogram", "otel_metrics_summary",
)  # fmt: skip


@pytest.fixture(scope="module")
def migrated(chdb_path: Path) -> Iterator[ClickHouseStore]:
    url = StoreUrl.parse(f"chdb://{chdb_path}?database=signals")
    with open_store(url, create_database=True) as opened:
        migrate(opened, url)
        yield opened
        opened.command("DROP DATABASE signals")


@pytest.fixture
def store(migrated: ClickHouseStore) -> ClickHouseStore:
    for table in FILLED:
        migrated.command(f"TRUNCATE TABLE {table}")
    return migrated
