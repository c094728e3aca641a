"""Lifecycle records of this process, sent to the shared collector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spanglass.lineage import journal
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

Rows = list[tuple[object, ...]]


@pytest.fixture
def records_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Journals of this test lie here, and nobody delivers them."""
    monkeypatch.setenv("SPANGLASS_RECORDS_DIR", str(tmp_path / "records"))
    monkeypatch.setenv("SPANGLASS_OFFLINE", "1")
    journal.close()
    yield tmp_path / "records"
    journal.close()


@pytest.fixture
def delivered(
    records_folder: Path, shared_collector: BackgroundCollector, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Records go to the shared collector; the call waits until they are there."""
    monkeypatch.delenv("SPANGLASS_OFFLINE")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{shared_collector.endpoints.otlp_http}")
    return lambda: journal.close(30)


@pytest.fixture
def rows(shared_store: ClickHouseStore) -> Callable[[str, str], Rows]:
    """Rows of a query whose {id:String} is bound."""
    return lambda query, value: [tuple(row) for row in shared_store.query(query, {"id": value}).result_rows]
