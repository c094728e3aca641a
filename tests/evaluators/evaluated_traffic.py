"""What the tests put into the store, and the clock they put it in by."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from spanglass_collector.store import Store

SECOND = 10**9
NOON_NS = 1_770_000_000 * SECOND
"""The moment the tests' clock starts at."""


@dataclass
class SettableClock:
    """Now is what the test says."""

    now_ns: int = NOON_NS

    def __call__(self) -> int:
        return self.now_ns

    def advance(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND)


@dataclass
class Traffic:
    """Writes spans of model calls straight into the table, as the collector's view would."""

    store: Store
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(
        self, answers: list[str], *, received_ns: int, metadata: dict[str, str] | None = None, **columns: Any
    ) -> None:
        """One llm span an answer, one second apart, the last one received at `received_ns`."""
        attributes = {f"spanglass.metadata.{key}": value for key, value in (metadata or {}).items()}
        rows = [
            self._row(answer, received_ns - SECOND * (len(answers) - i - 1), attributes, columns)
            for i, answer in enumerate(answers)
        ]
        self.store.insert("spans", [list(row.values()) for row in rows], list(rows[0]))

    def _row(self, answer: str, at_ns: int, attributes: dict[str, str], columns: dict[str, Any]) -> dict[str, Any]:
        number = next(self._ids)
        return {
            "Project": "default", "Timestamp": at_ns, "ReceivedAt": at_ns, "Kind": "llm",
            "TraceId": f"{number:032x}", "SpanId": f"{number:016x}",
            "OutputMessages": answer, "SpanAttributes": attributes,
        } | columns  # fmt: skip
