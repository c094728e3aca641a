"""What is in the spool, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spooled:
    """One request. `records`: spans, log records or data points. `body`: stamped OTLP bytes, as they are inserted."""

    signal: str
    digest: bytes
    records: int
    body: bytes
    is_alone: bool = field(default=False, compare=False)
    """It must be an insert of its own."""


@dataclass(frozen=True, slots=True)
class SpooledBlock:
    """The requests of one insert, in order, under the token that names it for good."""

    token: str
    ids: Sequence[int]
    requests: Sequence[Spooled]

    @property
    def signal(self) -> str:
        return self.requests[0].signal


@dataclass(frozen=True, slots=True)
class Total:
    """How much is in one state, or went one way, of one signal."""

    signal: str
    name: str
    records: int
    requests: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A request that the store refused for good. `at_ns`: Unix time at which it was spooled."""

    id: int
    signal: str
    records: int
    size_bytes: int
    at_ns: int
    reason: str
