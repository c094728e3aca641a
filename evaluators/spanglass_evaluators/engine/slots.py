"""How several workers share the traffic: by slots, and each slot to one of those who are there. Pure.

A slot is a share of the traces (sessions) by the hash of their id. Rendezvous hashing gives it an owner that all
workers agree on without talking: when one comes or goes, only the slots it gains or leaves change hands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

SLOTS = 16
"""More workers than this would have nothing to do."""
ALL_SLOTS = frozenset(range(SLOTS))
_SAMPLE_STEPS = 1_000_000  # a sample looks at the hash modulo this: the slot must not depend on the same digits


def owned_by(worker: str, workers: Collection[str]) -> frozenset[int]:
    """The slots of `worker` among `workers`, itself included."""
    everybody = sorted({*workers, worker})
    return frozenset(slot for slot in ALL_SLOTS if max(everybody, key=lambda w: _weight(w, slot)) == worker)


def slot_of(name: str) -> int:
    """The slot of something that is no trace: a window job."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % SLOTS


def clause(slots: frozenset[int], key: str) -> str:
    """SQL over `spans`: those of the slots; `key` is the column whose hash decides."""
    if slots >= ALL_SLOTS:
        return "1"
    numbers = ", ".join(map(str, sorted(slots))) or "-1"
    return f"intDiv(cityHash64({key}), {_SAMPLE_STEPS}) % {SLOTS} IN ({numbers})"


def _weight(worker: str, slot: int) -> bytes:
    return hashlib.sha256(f"{slot} {worker}".encode()).digest()
