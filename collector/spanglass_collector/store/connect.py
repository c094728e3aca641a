"""Opens a store by URL. clickhouse-connect is the only client: the engine behind it is a matter of the URL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clickhouse_connect
import urllib3
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from spanglass_collector.errors import StoreError, StoreRefused, StoreUnavailable, first_line
from spanglass_collector.store.contract import QueryResult
from spanglass_collector.store.url import StoreUrl

READ_SETTINGS = {
    # A span stored twice is one span to whoever reads.
    "final": 1,
    "do_not_merge_across_partitions_select_final": 1,
}

_UNAVAILABLE = (
    "NETWORK_ERROR",
    "TIMEOUT",
    "MEMORY_LIMIT",
    "TOO_MANY_PARTS",
    "TOO_MANY_SIMULTANEOUS",
    "READONLY",
)


def open_store(url: StoreUrl | str, *, create_database: bool = False, answer_timeout_s: int = 300) -> ClickHouseStore:
    """Connect. Raises StoreUnavailable when nothing answers, ConfigurationError for a wrong URL.

    `create_database` is for the process that owns the schema; others find the database there. `answer_timeout_s`:
    how long a server may take for one statement.
    """
    parsed = StoreUrl.parse(url) if isinstance(url, str) else url
    with _translated():
        if create_database:
            _create_database(parsed)
        return ClickHouseStore(_client(parsed, parsed.database, answer_timeout_s), is_embedded=parsed.is_embedded)


def _create_database(url: StoreUrl) -> None:
    if url.is_embedded:
        Path(url.path).mkdir(parents=True, exist_ok=True)
    client = _client(url, None)
    on_cluster = f" ON CLUSTER '{url.cluster}'" if url.cluster else ""
    client.command(f"CREATE DATABASE IF NOT EXISTS `{url.database}`{on_cluster}")
    client.close()


def _client(url: StoreUrl, database: str | None, answer_timeout_s: int = 300) -> Client:
    if url.is_embedded:
        path = os.path.realpath(url.path)
        return clickhouse_connect.get_client(interface="chdb", path=path, database=database, settings=READ_SETTINGS)
    if not url.verify:  # asked for by name; a warning with every query would say nothing new
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return clickhouse_connect.get_client(
        host=url.host,
        port=url.port,
        username=url.user,
        password=url.password,
        database=database,
        secure=url.secure,
        verify=url.verify,
        settings=READ_SETTINGS,
        autogenerate_session_id=False,
        connect_timeout=5,
        send_receive_timeout=answer_timeout_s,
    )


@dataclass(frozen=True, slots=True)
class NoRows:
    """A QueryResult without rows."""

    column_names: tuple[str, ...]

    @property
    def result_rows(self) -> Sequence[Sequence[Any]]:
        return ()

    @property
    def result_columns(self) -> Sequence[Sequence[Any]]:
        return tuple(() for _ in self.column_names)


class ClickHouseStore:
    """A clickhouse-connect client behind the Store contract, its errors translated to ours."""

    def __init__(self, client: Client, *, is_embedded: bool) -> None:
        self._client = client
        self._is_embedded = is_embedded

    @property
    def is_embedded(self) -> bool:
        return self._is_embedded

    def query(self, query: str, parameters: Mapping[str, Any] | None = None) -> QueryResult:
        bound = dict(parameters or {})
        with _translated():
            result = self._client.query(query, parameters=bound)
            if result.column_names:
                return result
            # The embedded engine sends nothing at all for a result without rows: ask what it would have looked like.
            described = self._client.query(f"DESCRIBE ({query})", parameters=bound)
            return NoRows(tuple(row[0] for row in described.result_rows))

    def command(self, cmd: str, parameters: Mapping[str, Any] | None = None) -> Any:
        with _translated():
            return self._client.command(cmd, parameters=dict(parameters or {}))

    def insert(
        self, table: str, data: Sequence[Sequence[Any]], column_names: Sequence[str], *, token: str = ""
    ) -> None:
        # Without a token ClickHouse would take the content's hash for one and drop rows that rightly repeat.
        settings = {"insert_deduplication_token": token or uuid.uuid4().hex, "async_insert": 0}
        with _translated():
            self._client.insert(table, data, column_names=list(column_names), settings=settings)

    def insert_block(
        self, table: str, block: bytes, fmt: str, column_names: Sequence[str], settings: Mapping[str, Any]
    ) -> None:
        with _translated():
            self._client.raw_insert(
                table, column_names=list(column_names), insert_block=block, fmt=fmt, settings=dict(settings)
            )

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> ClickHouseStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClickHouseError as error:
        raise _store_error(error) from error
    except OSError as error:
        raise StoreUnavailable(str(error)) from error


def _store_error(error: ClickHouseError) -> StoreError:
    text = str(error)
    if "Unable to open the chdb engine" in text:
        return StoreUnavailable(
            f"{text}. The embedded engine belongs to one process: another process may have this data open; "
            "stop it, or choose another --data-dir"
        )
    if "Code:" not in text:
        return StoreUnavailable(f"the store does not answer: {first_line(error)}")
    kind = StoreUnavailable if any(name in text for name in _UNAVAILABLE) else StoreRefused
    return kind(text)
