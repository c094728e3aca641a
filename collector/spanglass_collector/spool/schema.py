"""The spool's file: `spool.db` in the spool folder, SQLite 3 in WAL mode, every commit synced.

    request   one header a request, in order of arrival (id)
              state   'pending': the store shall have it; 'dead': the store refused it for good, `reason` says why
              token   deduplication token of the insert it belongs to; '' until an insert is tried. All requests with
                      one token are one insert, in order of id, and are never regrouped: the store may hold it already
    body      the stamped OTLP bytes of the header with the same id
    total     what has become of all requests ever spooled, by signal; changed with the rows in one transaction:
              'spooled' = 'replayed' + 'dropped' + 'pending' + 'dead'

Headers are apart from bodies so that giving a request a token or a state does not write its megabyte again.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

FILE = "spool.db"
VERSION = 1
BUSY_TIMEOUT_S = 10.0

_DDL = """
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL DEFAULT 'pending',
    token TEXT NOT NULL,
    signal TEXT NOT NULL,
    digest BLOB NOT NULL,
    records INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    at_ns INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX request_state ON request (state, id);
CREATE INDEX request_token ON request (token, id) WHERE token != '';
CREATE TABLE body (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE total (
    signal TEXT NOT NULL,
    name TEXT NOT NULL,
    records INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (signal, name)
) WITHOUT ROWID;
"""


def connect(folder: Path) -> sqlite3.Connection:
    """Open or make the file. Raises sqlite3.Error when it is damaged, or of a version this program does not know."""
    connection = sqlite3.connect(
        folder / FILE, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 4194304")
    # Some builds overwrite freed pages: removing a request would write its size again, which a full disk has not.
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        for statement in _DDL.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    if version not in (0, VERSION):
        raise sqlite3.DatabaseError(f"the spool has format {version}, this program knows {VERSION}")
