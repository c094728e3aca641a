"""Traffic and time for the evaluators' tests; the store is that of tests/conftest.py."""

from __future__ import annotations

import pytest
from evaluated_traffic import SettableClock, Traffic

from spanglass_collector.store import Store


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def traffic(store: Store) -> Traffic:
    return Traffic(store)
