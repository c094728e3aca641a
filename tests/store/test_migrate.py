"""Migrations: once each, views again when their text changed, engines by the kind of store."""

from __future__ import annotations

from spanglass_collector.store import Store, StoreUrl
from spanglass_collector.store.literal import sql_literal
from spanglass_collector.store.migrate import migrate, pending, render


def test_a_changed_view_is_made_again(store: Store, store_url: StoreUrl) -> None:
    """A new dialect row changes the view's text; the next migration replaces it and keeps the data."""
    name = next(m.name for m in render(store_url) if m.is_view)
    store.insert("schema_migrations", [[name, "older"]], ["Name", "Digest"])
    assert pending(store, store_url) == [name]
    assert migrate(store, store_url) == [name]
    assert pending(store, store_url) == []


def test_every_table_carries_its_project(store: Store, store_url: StoreUrl) -> None:
    """What people query can be told apart by project."""
    rows = store.query(
        "SELECT table FROM system.columns WHERE database = {db:String} "
        "GROUP BY table HAVING countIf(name = 'Project') = 0",
        {"db": store_url.database},
    ).result_rows
    known = {
        "otel_traces",
        "otel_traces_trace_id_ts",
        "otlp_inbox",
        "otlp_inbox_plain",
        "otlp_inbox_to_requests",
        "otlp_logs_inbox",
        "otlp_logs_inbox_to_requests",
        "otlp_metrics_inbox",
        "otlp_metrics_inbox_to_requests",
        "otlp_inbox_plain_to_requests",
        "otlp_requests",
        "model_prices",
        "model_price",
        "schema_migrations",
    }
    assert {row[0] for row in rows} <= known | {"alert_outbox"}


def test_a_cluster_gets_replicated_tables() -> None:
    """One tree serves both; only engine names and ON CLUSTER differ."""
    url = StoreUrl.parse("clickhouse://u:p@host/db?cluster=main")
    text = "\n".join(statement for m in render(url, "u") for statement in m.statements)
    assert (
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', ReceivedAt)" in text
    )
    assert "ON CLUSTER 'main'" in text
    assert "USER 'u' PASSWORD 'p'" in text


def test_literals_cannot_break_out() -> None:
    """Quotes and backslashes in data stay data."""
    assert sql_literal(["a'b", "c\\"]) == "['a\\'b', 'c\\\\']"
    assert sql_literal(3) == "3"
