"""One migrated database with six hours of generated traffic, and the committed dashboards."""

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
GENERATED = REPOSITORY / "dashboards" / "grafana"
COMMITTED: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(GENERATED.glob("*.json"))
}


@pytest.fixture(scope="session")
def store(chdb_path: Path) -> Iterator[ClickHouseStore]:
    url = StoreUrl.parse(f"chdb://{chdb_path}?database=dashboards_{uuid.uuid4().hex[:12]}")
    with open_store(url, create_database=True) as opened:
        migrate(opened, url)
        write_traffic(opened)
        yield opened
