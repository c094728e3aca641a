"""One migrated database with six hours of generated traffic, and the committed dashboard."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from tests.dashboards.traffic import write_traffic

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def store(chdb_path: Path) -> Iterator[ClickHouseStore]:
    url = StoreUrl.parse(f"chdb://{chdb_path}?database=dashboards_{uuid.uuid4().hex[:12]}")
    with open_store(url, create_database=True) as opened:
        migrate(opened, url)
        write_traffic(opened)
        yield opened


@pytest.fixture(scope="session")
def overview() -> dict[str, Any]:
    text = (REPOSITORY / "dashboards" / "grafana" / "overview.json").read_text(encoding="utf-8")
    return json.loads(text)
