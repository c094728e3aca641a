"""OpenTelemetry's Python SDK as a sender; the Node SDK and the table: `make conformance`."""

from __future__ import annotations

import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import Store
from tests.conformance.python_sender import send
from tests.conformance.stored import differences


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_all_three_signals_arrive_as_sent(
    shared_collector: BackgroundCollector, shared_store: Store, protocol: str, compression: str
) -> None:
    """A span, a log record with a nested body, a counter and a histogram."""
    service = f"python {protocol} {compression}"
    send(shared_collector.endpoints, protocol, service, compression)
    assert differences(shared_store, service) == {}
