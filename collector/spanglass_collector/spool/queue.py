"""The spool: requests that are acknowledged and wait for the store, in order, on disk. Every method blocks."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from spanglass_collector.config import SpoolConfig
from spanglass_collector.errors import SpoolFull
from spanglass_collector.spool import ledger
from spanglass_collector.spool.disk import free_bytes
from spanglass_collector.spool.file import SpoolFile
from spanglass_collector.spool.record import DeadLetter, Spooled, SpooledBlock, Total

_OLDEST = "SELECT id, token, signal FROM request WHERE state = 'pending' ORDER BY id LIMIT 1"
_OF_ITS_SIGNAL = "SELECT id, token, bytes FROM request WHERE state = 'pending' AND id >= ? AND signal = ? ORDER BY id"
_OLDEST_ID = "SELECT ifnull(min(id), 0) FROM request WHERE state = 'pending'"
_NEWEST_ID = "SELECT ifnull(max(id), 0) FROM request WHERE state = 'pending'"
_BLOCK = (
    "SELECT id, signal, digest, records, body FROM request JOIN body USING (id) "
    "WHERE token = ? AND state = 'pending' ORDER BY id"
)


class Spool:
    """May be used from any thread. Raises sqlite3.Error or OSError when the folder cannot be used."""

    def __init__(self, folder: Path, config: SpoolConfig, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._config = config
        self._clock_ns = clock_ns
        self._file = SpoolFile(folder, config.reserve_bytes)
        self.pending_bytes = 0
        """Request bytes that wait for the store, as of this process's last look."""
        self.oldest_id = self.newest_id = 0
        """Ends of what waits, in order of arrival; 0: nothing does."""
        self._look()

    def close(self) -> None:
        """Idempotent."""
        self._file.close()

    def append(self, requests: Sequence[Spooled], token: str = "") -> None:
        """Returns when all of them are synced to disk. Raises SpoolFull, and then none of them is.

        `token`: that of the insert which was tried with exactly these requests; '' when none was.
        """
        size = sum(len(request.body) for request in requests)
        try:
            if free_bytes(self._file.folder) < self._config.free_disk_bytes + size:
                raise SpoolFull("the disk under the spool is full: make room, or move --data-dir")
            with self._file.writing() as connection:
                if ledger.size_bytes(connection, ledger.PENDING) + size > self._config.size_bytes:
                    raise SpoolFull("the spool is full: the store has been slow or away for too long")
                _insert(connection, requests, token, self._clock_ns())
            self._look()
        except (sqlite3.Error, OSError) as error:
            raise SpoolFull(f"the spool cannot be written: {error}") from error

    def next_block(self, limit_bytes: int, *, up_to: int | None = None) -> SpooledBlock | None:
        """The oldest insert, its token on disk before anyone can try it; None when nothing is pending.

        `up_to`: nothing that begins with a later id.
        """

        def take(connection: sqlite3.Connection) -> SpooledBlock | None:
            oldest = connection.execute(_OLDEST).fetchone()
            if oldest is None or (up_to is not None and oldest[0] > up_to):
                return None
            id_, token, signal = oldest
            return _load(connection, token or _gather(connection, id_, signal, limit_bytes))

        block = None if self.is_empty() else self._file.write(take)
        self._look()
        return block

    def remove(self, block: SpooledBlock) -> None:
        """It is stored."""
        self._file.delete(block.ids, ledger.PENDING, booked_as=ledger.REPLAYED)
        self._look()

    def remove_token(self, token: str) -> None:
        """The insert with this token, spooled while it was under way, went well after all."""
        with self._file.reading() as connection:
            ids = [id_ for (id_,) in connection.execute("SELECT id FROM request WHERE token = ?", (token,))]
        self._file.delete(ids, ledger.PENDING, booked_as=ledger.REPLAYED)

    def forget(self, digests: Iterable[bytes]) -> None:
        """The store has these requests from before; those that were never tried from here are as good as replayed."""
        known = set(digests)
        with self._file.reading() as connection:
            rows = connection.execute("SELECT id, digest FROM request WHERE state = 'pending' AND token = ''")
            ids = [id_ for id_, digest in rows if digest in known]
        self._file.delete(ids, ledger.PENDING, booked_as=ledger.REPLAYED)

    def split(self, block: SpooledBlock) -> None:
        """Halve an insert that the store refuses, so that a bad request does not keep back the others."""

        def halve(connection: sqlite3.Connection) -> None:
            middle = len(block.ids) // 2
            for ids in (block.ids[:middle], block.ids[middle:]):
                _give_token(connection, ids)

        self._file.write(halve)

    def bury(self, block: SpooledBlock, reason: str) -> None:
        """The store will never take it: keep it as a dead letter, and drop the oldest of these past their bound."""
        self._file.move(block.ids, ledger.PENDING, ledger.DEAD, reason=reason)
        while self._is_past_dead_letter_bound():
            oldest = self.dead_letters(1)
            self.drop([oldest[0].id], ledger.DEAD)

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """The oldest first."""
        return self._headers(ledger.DEAD, limit)

    def pending(self, limit: int) -> list[DeadLetter]:
        """What waits for the store, the oldest first."""
        return self._headers(ledger.PENDING, limit)

    def revive(self, ids: Sequence[int]) -> int:
        """Dead letters wait for the store again; returns how many did."""
        return self._file.move(ids, ledger.DEAD, ledger.PENDING)

    def drop(self, ids: Sequence[int], state: str) -> int:
        """Remove unstored; returns how many were still there in this state."""
        return self._file.delete(ids, state, booked_as=ledger.DROPPED)

    def totals(self) -> list[Total]:
        with self._file.reading() as connection:
            return ledger.read(connection)

    def digests(self) -> list[bytes]:
        """Of everything pending: a sender that repeats such a request adds nothing."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT digest FROM request WHERE state = 'pending' ORDER BY id")
            return [digest for (digest,) in rows]

    def is_empty(self) -> bool:
        """Whether nothing is pending."""
        with self._file.reading() as connection:
            return connection.execute(_OLDEST).fetchone() is None

    def shrink(self) -> None:
        """Give the space of what was removed back to the disk."""
        self._file.shrink()

    def _look(self) -> None:
        """Bring what is known of the pending up to date: other processes may have changed it, too."""
        with self._file.reading() as connection:
            self.pending_bytes = ledger.size_bytes(connection, ledger.PENDING)
            self.oldest_id, self.newest_id = connection.execute(f"SELECT ({_OLDEST_ID}), ({_NEWEST_ID})").fetchone()

    def _headers(self, state: str, limit: int) -> list[DeadLetter]:
        columns = "id, signal, records, bytes, at_ns, reason"
        with self._file.reading() as connection:
            rows = connection.execute(
                f"SELECT {columns} FROM request WHERE state = ? ORDER BY id LIMIT ?",  # noqa: S608
                (state, limit),
            )
            return [DeadLetter(*row) for row in rows]

    def _is_past_dead_letter_bound(self) -> bool:
        with self._file.reading() as connection:
            return ledger.size_bytes(connection, ledger.DEAD) > self._config.dead_letter_bytes


def _insert(connection: sqlite3.Connection, requests: Sequence[Spooled], token: str, at_ns: int) -> None:
    numbered = list(enumerate(requests, _next_id(connection)))
    connection.executemany(
        "INSERT INTO request (id, token, signal, digest, records, bytes, at_ns) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(id_, token or _own_token(r), r.signal, r.digest, r.records, len(r.body), at_ns) for id_, r in numbered],
    )
    connection.executemany("INSERT INTO body VALUES (?, ?)", [(id_, r.body) for id_, r in numbered])
    added = [Total(r.signal, "", r.records, 1, len(r.body)) for r in requests]
    ledger.book(connection, added, to=ledger.SPOOLED)
    ledger.book(connection, added, to=ledger.PENDING)


def _own_token(request: Spooled) -> str:
    """What has a token is never gathered with others."""
    return uuid.uuid4().hex if request.is_alone else ""


def _next_id(connection: sqlite3.Connection) -> int:
    """Never used before, however much was deleted since."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'request'").fetchone()
    return int(row[0]) + 1 if row else 1


def _gather(connection: sqlite3.Connection, first: int, signal: str, limit_bytes: int) -> str:
    """Make one insert of the untried requests of one signal, up to a size.

    Those of other signals in between keep their place: applications send spans, logs and metrics in turns.
    """
    ids: list[int] = []
    gathered = 0
    for id_, token, size in connection.execute(_OF_ITS_SIGNAL, (first, signal)):
        if ids and (token or gathered + size > limit_bytes):
            break
        gathered += size
        ids.append(id_)
    return _give_token(connection, ids)


def _give_token(connection: sqlite3.Connection, ids: Sequence[int]) -> str:
    token = uuid.uuid4().hex
    connection.execute(
        "UPDATE request SET token = ? WHERE id IN (SELECT value FROM json_each(?))", (token, json.dumps(list(ids)))
    )
    return token


def _load(connection: sqlite3.Connection, token: str) -> SpooledBlock:
    rows = connection.execute(_BLOCK, (token,)).fetchall()
    requests = [Spooled(signal, digest, records, body) for _, signal, digest, records, body in rows]
    return SpooledBlock(token, [row[0] for row in rows], requests)
