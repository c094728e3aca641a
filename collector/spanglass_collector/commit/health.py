"""Whether the store takes inserts now: what decides between store and spool, and what /readyz says."""

from __future__ import annotations

from collections.abc import Callable


class StoreHealth:
    """Used on the event loop only. `on_change` is called whenever the answer may be another."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self._reason = ""
        self._slow = 0

    @property
    def is_away(self) -> bool:
        return bool(self._reason)

    @property
    def is_well(self) -> bool:
        return not self._reason and not self._slow

    @property
    def complaint(self) -> str:
        """Empty when the store is well."""
        if self._reason:
            return f"the store is not available: {self._reason}"
        return "the store is slow" if self._slow else ""

    def failed(self, reason: str) -> None:
        self._reason = reason or "unknown"
        self.on_change()

    def answered(self) -> None:
        if self._reason:
            self._reason = ""
            self.on_change()

    def slow_began(self) -> None:
        self._slow += 1
        self.on_change()

    def slow_ended(self) -> None:
        self._slow -= 1
        self.on_change()
