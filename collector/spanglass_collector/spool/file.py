"""One open spool file: transactions, one at a time, that get by on a full disk."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from spanglass_collector.spool import ledger, schema
from spanglass_collector.spool.disk import Reserve
from spanglass_collector.spool.record import Total

T = TypeVar("T")

# Ids are given as one JSON array: a statement for each of ten thousand requests takes longer than their sync.
_THESE = "id IN (SELECT value FROM json_each(?)) AND state = ?"
_SUMS = f"SELECT signal, sum(records), count(), sum(bytes) FROM request WHERE {_THESE} GROUP BY signal"  # noqa: S608
_MOVE = f"UPDATE request SET state = ?, token = '', reason = ? WHERE {_THESE}"  # noqa: S608
_DELETE_BODIES = f"DELETE FROM body WHERE id IN (SELECT id FROM request WHERE {_THESE})"  # noqa: S608
_DELETE = f"DELETE FROM request WHERE {_THESE}"  # noqa: S608


class SpoolFile:
    """One connection behind one lock, for any thread: a commit's sync takes longer than all else.

    Raises sqlite3.Error or OSError when the file cannot be opened or made.
    """

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.reserve = Reserve(folder, reserve_bytes)
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._connection = schema.connect(folder)
        self.reserve.hold()

    def close(self) -> None:
        """Idempotent."""
        if self._pid == os.getpid():
            with self._lock:
                self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        self._refuse_after_fork()
        with self._lock:
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: synced to disk at the end of the block, or undone when it raises."""
        self._refuse_after_fork()
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run `change` in a transaction; on a full disk once more with the room that was kept for it."""
        try:
            with self.writing() as connection:
                return change(connection)
        except sqlite3.OperationalError:
            if not self.reserve.give_up():
                raise
        with self.writing() as connection:
            return change(connection)

    def move(self, ids: Sequence[int], out_of: str, to: str, *, reason: str = "") -> int:
        """From one state to another, and in the books; returns how many requests really moved."""

        def change(connection: sqlite3.Connection) -> int:
            these = (json.dumps(list(ids)), out_of)
            moved = _sums(connection, these)
            connection.execute(_MOVE, (to, reason, *these))
            ledger.book(connection, moved, to=to, out_of=out_of)
            return sum(total.requests for total in moved)

        return self.write(change)

    def delete(self, ids: Sequence[int], state: str, *, booked_as: str) -> int:
        """Remove requests that are still in `state`; returns how many were."""

        def change(connection: sqlite3.Connection) -> int:
            these = (json.dumps(list(ids)), state)
            gone = _sums(connection, these)
            connection.execute(_DELETE_BODIES, these)
            connection.execute(_DELETE, these)
            ledger.book(connection, gone, to=booked_as, out_of=state)
            return sum(total.requests for total in gone)

        return self.write(change)

    def shrink(self) -> None:
        """Give the space of an empty spool back to the disk."""
        with self.reading() as connection:
            if not connection.execute("SELECT 1 FROM request LIMIT 1").fetchone():
                connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.reserve.hold()

    def _refuse_after_fork(self) -> None:
        if self._pid != os.getpid():
            raise RuntimeError("a spool must be opened after the fork: SQLite connections do not survive one")


def _sums(connection: sqlite3.Connection, these: tuple[str, str]) -> list[Total]:
    return [Total(signal, "", *sums) for signal, *sums in connection.execute(_SUMS, these)]
