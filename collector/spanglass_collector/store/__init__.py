"""The store: ClickHouse by URL, its schema, and the dialect tables by which OTLP becomes rows."""

from spanglass_collector.store.connect import ClickHouseStore, open_store
from spanglass_collector.store.contract import QueryResult, Store
from spanglass_collector.store.url import StoreUrl

__all__ = ["ClickHouseStore", "QueryResult", "Store", "StoreUrl", "open_store"]
