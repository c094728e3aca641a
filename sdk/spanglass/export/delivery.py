"""One request, from its first attempt to the answer that ends it or the end of the time for retries."""

from __future__ import annotations

import random
import time

from spanglass.config import Limits
from spanglass.export.outcome import Outcome, TryLater
from spanglass.export.transport import Transport
from spanglass.export.wake import Wake
from spanglass.ledger import Ledger

_FIRST_BACK_OFF_S = 0.5
_LAST_BACK_OFF_S = 8.0
_LEAST_PAUSE_S = 0.01


class Delivery:
    """Used by the exporter's thread alone; `stop_at` may be called from another."""

    def __init__(self, transport: Transport, limits: Limits, ledger: Ledger, wake: Wake) -> None:
        self._transport = transport
        self._limits = limits
        self._ledger = ledger
        self._wake = wake
        self.deadline_s: float | None = None  # monotonic; set once, when the process wants to end

    @property
    def is_too_late(self) -> bool:
        return self.deadline_s is not None and time.monotonic() > self.deadline_s

    def deliver(self, body: bytes, *, retries: bool = True) -> Outcome:
        """Sends until there is an answer that ends it, or the time for retries is over."""
        give_up_s = time.monotonic() + self._limits.retry_deadline_s
        attempt = 0
        while True:
            outcome = self._transport.send(body, self._request_timeout_s())
            if not isinstance(outcome, TryLater) or not retries:
                return outcome
            if not self._wait_to_retry(outcome, attempt, give_up_s):
                return outcome
            self._ledger.count_retry()
            attempt += 1

    def _request_timeout_s(self) -> float:
        if self.deadline_s is None:
            return self._limits.request_timeout_s
        return max(0.05, min(self._limits.request_timeout_s, self.deadline_s - time.monotonic()))

    def _wait_to_retry(self, outcome: TryLater, attempt: int, give_up_s: float) -> bool:
        """Pauses as asked or with jittered back-off; false when the pause would end after the deadline."""
        pause_s = self._pause_s(outcome, attempt)
        end_s = time.monotonic() + pause_s
        while (left_s := end_s - time.monotonic()) > 0:
            if self.deadline_s is not None and (not outcome.answered or end_s > self.deadline_s):
                return False  # nobody is listening, or not in time: the application wants to exit
            if end_s > give_up_s:
                return False
            self._wake.wait(left_s)
        return True

    def _pause_s(self, outcome: TryLater, attempt: int) -> float:
        if outcome.after_s is not None:
            least_s = min(_LEAST_PAUSE_S * 2.0**attempt, _FIRST_BACK_OFF_S)  # "at once", again and again, is a storm
            return max(least_s, min(outcome.after_s, self._limits.retry_after_max_s))
        back_off_s = min(_FIRST_BACK_OFF_S * 2.0**attempt, _LAST_BACK_OFF_S)
        return back_off_s * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
