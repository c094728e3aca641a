"""A project of the shared collector for each test."""

from __future__ import annotations

import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore
from tests.app.conversation_files import Project


@pytest.fixture
def project(shared_collector: BackgroundCollector, shared_store: ClickHouseStore) -> Project:
    return Project(shared_collector, shared_store)
