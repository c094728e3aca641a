"""One statement on one fresh connection to the embedded engine.

A connection of its own costs about 1 ms and gives every request its own settings; after an error a chDB connection may
hold the rest of an old answer (measured with 4.4), so none is used twice. This is the one place that calls chdb itself:
it plays the server that clickhouse-connect talks to everywhere else.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import chdb

from spanglass_collector.query.guard import check_reader_statement
from spanglass_collector.query.native import empty_block
from spanglass_collector.query.statement import Statement, result_format, split_format
from spanglass_collector.store.literal import sql_literal


class Role(Enum):
    """READER: one read-only, capped SELECT. OWNER: anything."""

    READER = "reader"
    OWNER = "owner"


class QueryFailed(Exception):
    """The engine's own error text, `Code: N. DB::Exception: ...`."""

    @property
    def code(self) -> int:
        match = re.search(r"Code: (\d+)", str(self))
        return int(match.group(1)) if match else 1002


DEFAULTS = {
    "final": "1",
    "do_not_merge_across_partitions_select_final": "1",
    "async_insert": "0",
    # DESCRIBE puts one column on one line only without it.
    "print_pretty_type_names": "0",
}
READER_CAPS = {
    "max_execution_time": 60,
    "max_result_rows": 10_000_000,
    "max_result_bytes": 1 << 30,
    "max_memory_usage": 2 << 30,
}
"""Seconds, rows and bytes; a request may ask for less."""
READER_DENIED_SETTINGS = re.compile(
    r"(output_)?format_(schema|template|avro|regexp|custom|protobuf|capn_proto|binary)\w*|\w*_(path|url)"
)
"""Among those allowed below: what makes a format read a file or call another host."""
READER_SETTINGS = re.compile(
    r"(output_format|format|date_time|join|group_by|optimize|enable|cast|extremes)_\w+"
    r"|max_threads|max_block_size|max_rows_to_read|result_overflow_mode|limit|offset|extremes"
    r"|session_timezone|final|use_query_cache|use_query_condition_cache|union_default_mode"
    r"|prefer_column_name_to_alias|distinct_overflow_mode|log_queries"
)
"""What a reader may set: the form of the answer and how it is computed, nothing that widens what it may do."""


class EmbeddedEngine:
    """Runs statements on the data directory that this process has open. Thread-safe."""

    def __init__(self, path: str) -> None:
        self._path = os.path.realpath(path)
        names = self._run_plain("SELECT name FROM system.table_functions FORMAT TSV").split()
        self._table_functions = frozenset(names)
        self.version, self.timezone = self._run_plain("SELECT version(), timezone() FORMAT TSV").strip().split("\t")

    def stream(self, statement: Statement, role: Role, marker: str) -> Iterator[bytes]:
        """The result in the statement's format, in pieces of about a megabyte as the engine makes them.

        Raises QueryFailed, and Forbidden for what a reader may not; both also between pieces. `kill(marker)` stops it.
        """
        if role is Role.READER:
            check_reader_statement(statement, self._table_functions)
        connection = chdb.connect(self._path)
        try:
            _query(connection, f"USE {_identifier(statement.database)}")
            _query(connection, "SET " + ", ".join(_assignments(statement.settings, role, marker)))
            yield from _results(connection, statement)
        finally:
            connection.close()

    def kill(self, marker: str) -> None:
        """Stops the statement that was started with this marker; nothing happens when it has ended."""
        self._run_plain(f"KILL QUERY WHERE Settings['log_comment'] = {sql_literal(marker)} ASYNC")

    def _run_plain(self, sql: str) -> str:
        connection = chdb.connect(self._path)
        try:
            return _query(connection, sql).decode()
        finally:
            connection.close()


_SELECT = re.compile(r"\s*(SELECT|WITH|\()", re.IGNORECASE)


def _query(connection: Any, sql: str, fmt: str = "TabSeparated", parameters: Mapping[str, str] | None = None) -> bytes:
    try:
        return bytes(connection.query(sql, fmt, params=parameters or {}).bytes() or b"")
    except RuntimeError as error:
        raise QueryFailed(str(error).strip()) from error


def _results(connection: Any, statement: Statement) -> Iterator[bytes]:
    if statement.data:
        yield _insert(connection, statement)
        return
    if not _SELECT.match(statement.sql):
        yield _query(connection, statement.sql, statement.default_format, statement.parameters)
        return
    is_empty = True
    for piece in _pieces(connection, statement):
        is_empty = False
        yield piece
    if is_empty and result_format(statement) == "Native":
        yield _empty_result(connection, statement)
    elif is_empty:  # streamed, an empty result has not even the brackets of JSON or the names of CSVWithNames
        yield _query(connection, statement.sql, statement.default_format, statement.parameters)


def _pieces(connection: Any, statement: Statement) -> Iterator[bytes]:
    try:
        pieces = connection.send_query(statement.sql, statement.default_format, params=dict(statement.parameters))
        for piece in pieces:
            if data := bytes(piece.bytes() or b""):
                yield data
    except RuntimeError as error:
        raise QueryFailed(str(error).strip().removeprefix("Streaming query failed: ")) from error


def _insert(connection: Any, statement: Statement) -> bytes:
    """By way of a file: chDB's streaming insert takes leading bytes that look like spaces for part of the query."""
    sql = split_format(statement.sql)[0]
    with tempfile.NamedTemporaryFile(prefix="spanglass-insert-") as file:
        file.write(statement.data)
        file.flush()
        return _query(connection, f"{sql} FROM INFILE '{file.name}' FORMAT {result_format(statement)}")


def _empty_result(connection: Any, statement: Statement) -> bytes:
    sql = split_format(statement.sql)[0]
    if not _SELECT.match(sql):
        return b""
    described = _query(connection, f"DESCRIBE ({sql})", "TabSeparatedRaw", statement.parameters).decode()
    return empty_block([(row[0], row[1]) for row in (line.split("\t") for line in described.splitlines())])


def _assignments(settings: Mapping[str, str], role: Role, marker: str) -> list[str]:
    if role is Role.OWNER:
        return [_assignment(n, v) for n, v in {**DEFAULTS, **settings, "log_comment": marker}.items()]
    wanted = {name: _capped(name, value) for name, value in settings.items()}
    caps = {name: str(value) for name, value in READER_CAPS.items()}
    # readonly comes last: after it nothing can be set.
    return [
        _assignment(n, v) for n, v in {**DEFAULTS, **caps, **wanted, "log_comment": marker, "readonly": "1"}.items()
    ]


def _capped(name: str, value: str) -> str:
    if name in READER_CAPS:
        asked = _whole(name, value)
        return str(min(asked, READER_CAPS[name]) if asked > 0 else READER_CAPS[name])
    if not READER_SETTINGS.fullmatch(name) or READER_DENIED_SETTINGS.fullmatch(name):
        message = f"Code: 164. DB::Exception: Cannot modify '{name}' setting in readonly mode. (READONLY)"
        raise QueryFailed(message)
    return value


def _whole(name: str, value: str) -> int:
    try:
        return int(float(value or 0))
    except (ValueError, OverflowError) as error:
        raise QueryFailed(f"Code: 72. DB::Exception: {name} must be a number. (CANNOT_PARSE_NUMBER)") from error


def _assignment(name: str, value: str) -> str:
    if not re.fullmatch(r"\w+", name):
        raise QueryFailed(f"Code: 115. DB::Exception: Unknown setting {name!r}. (UNKNOWN_SETTING)")
    return f"{name} = {sql_literal(value)}"


def _identifier(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
