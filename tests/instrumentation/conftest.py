"""Every recorded call, sent once a test session by each instrumentation into the shared collector."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import open_store
from tests.instrumentation.cassettes import Recording, data_dir, recordings
from tests.instrumentation.client import can_repeat
from tests.instrumentation.instrumentations import Instrumentation
from tests.instrumentation.outcome import Outcome, outcomes
from tests.instrumentation.traffic import send

Replayed = Callable[[Instrumentation], list[Outcome]]


@pytest.fixture(scope="session")
def recorded_calls() -> list[Recording]:
    """OpenAI calls that the real client can make again."""
    folder = data_dir() / "cassettes" / "openai"
    if not folder.is_dir():
        pytest.skip(f"no recorded traffic in {folder}; set SPANGLASS_TEST_DATA")
    return [recording for recording in recordings(folder) if can_repeat(recording)]


@pytest.fixture(scope="session")
def otlp_http(shared_collector: BackgroundCollector) -> str:
    return f"http://{shared_collector.endpoints.otlp_http}"


@pytest.fixture(scope="session")
def replayed(recorded_calls: list[Recording], shared_collector: BackgroundCollector, otlp_http: str) -> Replayed:
    """What became of all calls under one instrumentation."""
    known: dict[str, list[Outcome]] = {}

    def outcomes_of(instrumentation: Instrumentation) -> list[Outcome]:
        if instrumentation.version is None:
            pytest.skip(f"{instrumentation.distribution} is not installed")
        if instrumentation.name not in known:
            service = f"{instrumentation.name}-{uuid.uuid4().hex}"
            calls = send(instrumentation, recorded_calls, otlp_http, service)
            with open_store(shared_collector.endpoints.store_url) as store:
                known[instrumentation.name] = outcomes(calls, store, service)
        return known[instrumentation.name]

    return outcomes_of
