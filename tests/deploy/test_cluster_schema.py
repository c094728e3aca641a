"""The schema as a cluster gets it. No cluster runs here: the engine parses every statement."""

from __future__ import annotations

import re

from spanglass_collector.store import ClickHouseStore, StoreUrl
from spanglass_collector.store.migrate import render

URL = StoreUrl.parse("clickhouse://spanglass:secret@clickhouse:8123/spanglass?cluster=spanglass")


def statements() -> list[str]:
    found = (statement for migration in render(URL) for statement in migration.statements)
    return [re.sub(r"--[^\n]*", "", statement).strip() for statement in found]


def test_every_statement_parses(store: ClickHouseStore) -> None:
    """Tables, views, dictionaries and what changes them."""
    assert len(statements()) > 20
    for statement in statements():
        assert store.query(f"EXPLAIN AST {statement}").result_rows, statement[:80]


def test_every_object_is_made_on_every_server_and_kept_on_every_replica() -> None:
    """ON CLUSTER on what is created, Replicated on what stores."""
    for statement in statements():
        if not statement.startswith("CREATE"):
            continue
        head = statement.split("(")[0].split(" AS")[0]
        assert "ON CLUSTER 'spanglass'" in head, head
        engine = re.search(r"^ENGINE = (\w+)", statement, re.MULTILINE)
        if statement.startswith("CREATE TABLE") and engine and engine[1] != "Null":
            assert engine[1].startswith("Replicated"), head
