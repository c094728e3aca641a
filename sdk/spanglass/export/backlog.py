"""The spool as the exporter uses it: requests go to disk while the collector is away, and are replayed when it is
back."""

from __future__ import annotations

import time
from collections.abc import Callable

from spanglass.export.delivery import Delivery
from spanglass.export.outcome import Delivered, Outcome, Refused, TryLater
from spanglass.export.spool import Spool, Waiting
from spanglass.ledger import UNREACHABLE, Ledger
from spanglass.safety import RateLimitedLog

_FIRST_PAUSE_S, _LAST_PAUSE_S = 1.0, 15.0
_REQUESTS_A_TURN = 16  # live spans come first


class Backlog:
    """Used by the exporter's thread; `save` also by the one that ends the process."""

    def __init__(
        self, spool: Spool, delivery: Delivery, ledger: Ledger, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._spool = spool
        self._delivery = delivery
        self._ledger = ledger
        self._monotonic = monotonic
        self._failures = 0
        self._away_until_s = float("-inf")
        self._log = RateLimitedLog()

    @property
    def is_away(self) -> bool:
        """True while it is not worth asking the collector again."""
        return self._monotonic() < self._away_until_s

    def notice(self, outcome: Outcome) -> None:
        """Learns from every outcome whether the collector is there."""
        if not isinstance(outcome, TryLater):
            self._failures, self._away_until_s = 0, float("-inf")
            return
        pause_s = outcome.after_s or min(_FIRST_PAUSE_S * 2.0**self._failures, _LAST_PAUSE_S)
        self._failures += 1
        self._away_until_s = self._monotonic() + min(pause_s, _LAST_PAUSE_S)

    def save(self, body: bytes, spans: int, why: str) -> None:
        """Puts a request on disk; where the disk refuses, its spans are lost and counted."""
        try:
            evicted = self._spool.add(body, spans)
        except OSError as error:
            self._ledger.count_dropped(UNREACHABLE, spans)
            self._log.warn("spanglass could not spool spans to %s (%s)", self._spool.folder, type(error).__name__)
            return
        self._ledger.count_spooled(spans)
        self._log.warn("spanglass spools spans to %s until the collector is back (%s)", self._spool.folder, why)
        if evicted:
            self._ledger.count_evicted(evicted)
            self._log.warn_now("spanglass dropped %d of the oldest spooled spans: the spool is full", evicted)

    def replay(self) -> None:
        """Delivers what waits, oldest first, as long as the collector takes it."""
        if self.is_away or self._delivery.deadline_s is not None or not (waiting := self._spool.waiting()):
            return
        with self._spool.replaying() as is_ours:
            if is_ours:
                for request in waiting[:_REQUESTS_A_TURN]:
                    if not self._replay_one(request):
                        return

    def _replay_one(self, request: Waiting) -> bool:
        body = self._spool.read(request)
        if body is None:
            return True
        outcome = self._delivery.deliver(body, retries=False)
        self.notice(outcome)
        if isinstance(outcome, TryLater):
            return False
        if self._spool.remove(request):
            self._count(outcome, request.spans)
        return True

    def _count(self, outcome: Delivered | Refused, spans: int) -> None:
        rejected = outcome.rejected if isinstance(outcome, Delivered) else spans
        self._ledger.count_replayed(spans - rejected)
        self._ledger.count_evicted(rejected)
