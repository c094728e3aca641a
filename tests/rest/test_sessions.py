"""Pages of sessions are what one plain statement over all rows would list, however the rows came."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from spanglass_collector.access import Access, AccessConfig
from spanglass_collector.access.metrics import AccessMetrics
from spanglass_collector.rest.ask import Ask
from spanglass_collector.rest.router import rest_router
from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
STEP = timedelta(minutes=5)
FROM, TO = 20, 160
"""Of 180 steps of spans: sessions reach across the ends of the range, a page is looked for in many stretches."""
PLAIN = """
SELECT
    SessionId AS session_id, toUnixTimestamp64Nano(min(Timestamp)) AS start_ns,
    toUnixTimestamp64Nano(max(Timestamp)) AS last_ns, uniqExact(TraceId) AS traces, count() AS spans,
    countIf(StatusCode = 'Error') AS errors, max(UserId) AS user_id,
    sumIf(CostUsd, Kind IN ('llm', 'embedding', 'reranker')) AS cost_usd,
    countIf(Kind IN ('llm', 'embedding', 'reranker') AND CostUsd IS NULL) AS unpriced_calls
FROM spans
WHERE Project = 'default' AND SessionId != '' AND ({user:String} = '' OR UserId = {user:String})
    AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
GROUP BY SessionId ORDER BY last_ns DESC, session_id DESC"""


@pytest.fixture
def client(store: ClickHouseStore, store_url: StoreUrl, tmp_path: Path) -> Iterator[TestClient]:
    """The read API over the store of this test, without keys."""
    config = AccessConfig(tmp_path / "keys.json", tmp_path / "used.json", {}, is_required=False)
    ask = Ask(lambda: open_store(store_url))
    app = FastAPI()
    app.include_router(rest_router(Access(config, AccessMetrics(CollectorRegistry())), ask))
    yield TestClient(app, base_url="http://127.0.0.1")
    ask.close()


@pytest.mark.parametrize("seed", range(4))
def test_all_pages_together_are_the_plain_list(seed: int, store: ClickHouseStore, client: TestClient) -> None:
    """Spans at one moment, spans sent again with another session, sessions across the ends of the range."""
    _fill(store, random.Random(seed))
    for user, limit in (("", 1), ("", 7), ("", 500), ("u1", 2)):
        values = {"user": user, "from_ns": _ns(FROM), "to_ns": _ns(TO)}
        result = store.query(PLAIN, values)
        plain = [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
        assert len(plain) > 10
        assert _pages(client, user, limit) == plain


def _pages(client: TestClient, user: str, limit: int) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while cursor is not None:
        asked = {"from": _ns(FROM), "to": _ns(TO), "user": user, "limit": limit, "cursor": cursor}
        page = client.get("/api/v1/sessions", params=asked).raise_for_status().json()
        assert len(page["items"]) == limit or page["next"] is None
        found += page["items"]
        assert len(found) < 100, "pages repeat themselves"
        cursor = page["next"]
    return found


def _fill(store: ClickHouseStore, chance: random.Random) -> None:
    """600 spans of up to 60 sessions in five inserts, which stay apart; a third are sent twice, changed."""
    columns = ["Project", "Timestamp", "TraceId", "SpanId", "SessionId", "UserId", "Kind", "StatusCode", "CostUsd"]
    store.command("SYSTEM STOP MERGES spans")
    spans = [_span(number, chance) for number in range(600)]
    again = [{**chance.choice(spans), **_changes(chance)} for _ in range(200)]
    rows = [[*(row[name] for name in columns), START + timedelta(hours=i)] for i, row in enumerate([*spans, *again])]
    for part in range(0, len(rows), 160):
        store.insert("spans", rows[part : part + 160], [*columns, "ReceivedAt"])


def _span(number: int, chance: random.Random) -> dict[str, Any]:
    """Whole steps: many spans share their moment. A user has sessions of their own, so that any user is the user."""
    when = START + chance.randrange(180) * STEP
    return {"Project": "default", "Timestamp": when, "TraceId": f"{number // 3:032x}", "SpanId": f"{number:016x}"} | (
        _changes(chance)
    )


def _changes(chance: random.Random) -> dict[str, Any]:
    session = chance.randrange(-10, 60)
    return {
        "SessionId": f"s{session}" if session >= 0 else "",
        "UserId": f"u{session % 4}",
        "Kind": chance.choice(["llm", "tool"]),
        "StatusCode": chance.choice(["Ok", "Error"]),
        "CostUsd": chance.choice([None, 0.25, 0.5]),
    }


def _ns(step: int) -> int:
    return int((START + step * STEP).timestamp()) * 1_000_000_000
