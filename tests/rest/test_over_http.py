"""The statements against a store that is reached over HTTP, as a ClickHouse server is."""

from __future__ import annotations

import asyncio

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.rest.ask import Ask
from spanglass_collector.rest.filters import MAX_NS, TraceFilter
from spanglass_collector.store import ClickHouseStore, open_store
from tests.rest.traffic import TRACES, Project, fill

CLUB = Project("club", "cc")


def test_the_same_rows_come_over_http(shared_collector: BackgroundCollector, shared_store: ClickHouseStore) -> None:
    """Parameters of every kind travel, and a result without rows is an empty list."""
    fill(shared_store, CLUB)
    values = {"project": CLUB.name, "from_ns": 0, "to_ns": MAX_NS, "limit": 100, "before_ns": MAX_NS, "before_id": "g"}

    async def ask_all() -> list[int]:
        ask = Ask(lambda: open_store(shared_collector.endpoints.store_url))
        traces = await ask.rows("traces", values | TraceFilter(model="cc-model").values())
        totals = await ask.rows("trace_totals", values | {"ids": [row["trace_id"] for row in traces]})
        trace = await ask.rows("trace", values | {"trace": CLUB.trace(1)})
        nothing = await ask.rows("trace", values | {"trace": "0" * 32})
        by_user = await ask.rows("usage_of_people", values | {"by": "user"})
        ask.close()
        return [len(traces), len(totals), len(trace), len(nothing), len(by_user)]

    assert asyncio.run(ask_all()) == [TRACES, TRACES, 3, 0, 1]
