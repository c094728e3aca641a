"""The judges' own file (SQLite): verdicts that were paid for, and the book of what was spent.

    verdicts (key TEXT PRIMARY KEY, verdict TEXT, at REAL)        key: SHA-256 of model, task, texts and schema
    spent    (day TEXT, judge TEXT, calls, usd, unpriced, PRIMARY KEY (day, judge))

It is no part of the store: a lost file costs money, not data. No prompt is in it, but reasons are: mode 0600.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.errors import Unavailable

_WAIT_S = 30.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, verdict TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS spent (day TEXT, judge TEXT, calls INTEGER NOT NULL, usd REAL NOT NULL,"
    " unpriced INTEGER NOT NULL, PRIMARY KEY (day, judge))",
)


class JudgeFile:
    """One connection, one thread at a time; other processes may have the file open."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigurationError when there can be no file at `path`."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            for statement in _SCHEMA:
                self._connection.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"state_file = {str(path)!r} of the judge cannot be used: {error}") from error
        self._lock = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and alone among processes."""
        with self._lock, _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _translated():
            yield self._connection

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(f"the judge's state_file cannot be used: {error}") from error
