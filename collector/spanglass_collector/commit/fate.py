"""What became of a request that the sender is told 200 about."""

from __future__ import annotations

from enum import Enum


class Fate(Enum):
    """The value names the counter: stored, spooled, repeated (metrics.Ledger)."""

    STORED = "stored"
    SPOOLED = "spooled"
    """On disk, synced; the store will have it."""
    REPEATED = "repeated"
    """Stored or spooled before; nothing was added."""
