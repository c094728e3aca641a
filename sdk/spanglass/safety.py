"""The wall between our defects and the application: nothing of ours is ever raised into traced code.

What is caught here is counted, and said once a minute with the type of the error and no payload.
`spanglass.testing.capture()` takes the wall down, so that tests see our errors.
"""

from __future__ import annotations

import logging
import time

from spanglass.errors import SpanglassError
from spanglass.ledger import ledger

_log = logging.getLogger("spanglass")
_QUIET_S = 60.0


class RateLimitedLog:
    """Says one kind of thing at most once a minute."""

    def __init__(self, quiet_s: float = _QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._silent_until = float("-inf")

    def warn(self, message: str, *args: object) -> None:
        now = time.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + self._quiet_s
            self.warn_now(message, *args)

    def warn_now(self, message: str, *args: object) -> None:
        """Says it regardless: the last words of a process."""
        _log.warning(message, *args)


class Wall:
    """`raises` is false in production and true in tests that ask for it."""

    def __init__(self) -> None:
        self.raises = False
        self._said = RateLimitedLog()

    def caught(self, where: str, error: Exception) -> None:
        """Counts and reports an error of ours, or raises it in tests."""
        if self.raises:
            raise error
        ledger.count_internal_error()
        what = str(error) if isinstance(error, SpanglassError) else type(error).__name__
        self._said.warn("spanglass failed in %s (%s); the traced call was not affected", where, what)


wall = Wall()
