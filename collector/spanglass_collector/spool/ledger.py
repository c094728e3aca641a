"""The totals that make the spool's identity hold: every move of a request is booked with the move.

spooled = replayed + dropped + pending + dead, by signal, in records, requests and bytes, after any crash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from spanglass_collector.spool.record import Total

SPOOLED, REPLAYED, DROPPED = "spooled", "replayed", "dropped"
PENDING, DEAD = "pending", "dead"
NAMES = (SPOOLED, REPLAYED, DROPPED, PENDING, DEAD)

_ADD = """
INSERT INTO total VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    records = records + excluded.records, requests = requests + excluded.requests, bytes = bytes + excluded.bytes
"""


def book(connection: sqlite3.Connection, added: Iterable[Total], *, to: str, out_of: str = "") -> None:
    """Add to one total and take from another, inside the caller's transaction."""
    amounts: dict[str, list[int]] = {}
    for total in added:
        sums = amounts.setdefault(total.signal, [0, 0, 0])
        for i, amount in enumerate((total.records, total.requests, total.size_bytes)):
            sums[i] += amount
    for signal, sums in amounts.items():
        connection.execute(_ADD, (signal, to, *sums))
        if out_of:
            connection.execute(_ADD, (signal, out_of, *(-amount for amount in sums)))


def read(connection: sqlite3.Connection) -> list[Total]:
    rows = connection.execute("SELECT signal, name, records, requests, bytes FROM total")
    return [Total(*row) for row in rows]


def size_bytes(connection: sqlite3.Connection, name: str) -> int:
    """Body bytes in one state, over all signals."""
    row = connection.execute("SELECT ifnull(sum(bytes), 0) FROM total WHERE name = ?", (name,)).fetchone()
    return int(row[0])
