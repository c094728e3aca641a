"""When the loss ledger is sent to the collector: rarely, and soon after a loss once somebody listens again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from spanglass.export.metrics import Period, encode_report
from spanglass.export.outcome import Delivered, Refused
from spanglass.export.transport import Transport
from spanglass.ledger import Ledger, Stats

_INTERVAL_S = 60.0
_AFTER_LOSS_S = 1.0


class LossReport:
    """Used by the exporter's thread alone. A receiver that does not take metrics is not asked again."""

    def __init__(
        self,
        transport: Transport,
        resource: Mapping[str, str],
        ledger: Ledger,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._resource = resource
        self._ledger = ledger
        self._monotonic = monotonic
        self.restart()

    def restart(self) -> None:
        """A forked child reports for itself, from zero."""
        self._said = Stats(0, 0, 0, {}, 0, 0)
        self._tried_s = self._monotonic()
        self._is_wanted = True

    def send_if_due(self, timeout_s: float) -> None:
        """Called after a delivered request: somebody is listening."""
        stats = self._ledger.read(0)
        pause_s = _AFTER_LOSS_S if lost(stats) > lost(self._said) else _INTERVAL_S
        if self._monotonic() - self._tried_s >= pause_s:
            self._send(stats, timeout_s)

    def send_last(self, timeout_s: float) -> None:
        """At the end of the process."""
        self._send(self._ledger.read(0), timeout_s)

    def _send(self, stats: Stats, timeout_s: float) -> None:
        if not self._is_wanted or stats == self._said or timeout_s <= 0:
            return
        self._tried_s = self._monotonic()
        period = Period(self._ledger.started_ns, time.time_ns())
        outcome = self._transport.send(encode_report(self._resource, stats, period), timeout_s)
        self._transport.close()
        if isinstance(outcome, Refused):
            self._is_wanted = False  # 404, 405, 501 …: a receiver of traces alone
        elif isinstance(outcome, Delivered):
            self._said = stats


def lost(stats: Stats) -> int:
    """Spans that nobody will see any more."""
    return sum(stats.dropped.values()) + stats.evicted
