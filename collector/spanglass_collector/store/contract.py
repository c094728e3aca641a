"""What the rest of Spanglass may ask of the store: four calls of a clickhouse-connect client.

The embedded engine, a ClickHouse server and our own HTTP endpoint all answer them alike (tests/store runs one suite
over all). A `Store` belongs to one thread at a time; open another for another thread, it is cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class QueryResult(Protocol):
    """Rows of one query; `result_columns` is the same transposed."""

    @property
    def result_rows(self) -> Sequence[Sequence[Any]]: ...
    @property
    def result_columns(self) -> Sequence[Sequence[Any]]: ...
    @property
    def column_names(self) -> Sequence[str]: ...


class Store(Protocol):
    """One connection. Every call blocks and raises StoreError (errors.py) when the engine refuses."""

    @property
    def is_embedded(self) -> bool:
        """Whether the engine runs in this process."""
        ...

    def query(self, query: str, parameters: Mapping[str, Any] | None = None) -> QueryResult:
        """Run a SELECT. Bind values as `{name:Type}` in the text, never by formatting them in."""
        ...

    def command(self, cmd: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a statement that returns no rows (DDL, INSERT ... SELECT)."""
        ...

    def insert(
        self, table: str, data: Sequence[Sequence[Any]], column_names: Sequence[str], *, token: str = ""
    ) -> None:
        """Append rows. The same `token` twice adds nothing; without one, every call adds its rows."""
        ...

    def insert_block(
        self, table: str, block: bytes, fmt: str, column_names: Sequence[str], settings: Mapping[str, Any]
    ) -> None:
        """Append a block already encoded in a ClickHouse input format."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...
