"""A stream of text that is checked as it comes: the last characters are held back until what they begin is known.

`window` characters stay behind the newest chunk, so that a match of up to that length is never let through in two
halves. A match that may still be growing at the end of what is there is held from its first character, up to
64 KiB. Only what is to be masked is held: a check that judges a text as a whole does not stop the stream.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spanglass.guarded.decision import Found, masked

WINDOW = 256
_MOST = 64 << 10
_CONTEXT = 64  # characters before the held text that a check sees again, for what must not stand before a match

Inspect = Callable[[str], Sequence[Found]]


class HeldBack:
    """`inspect` says what is in a text, and raises when the stream must stop."""

    def __init__(self, inspect: Inspect, window: int = WINDOW) -> None:
        self._inspect = inspect
        self._window = window
        self._context = ""
        self._held = ""
        self._arrived = 0

    def add(self, chunk: str) -> str:
        """What may be let through now. Looks again when half a window has arrived: each check costs its run."""
        is_due = self.is_due(chunk)
        self._held += chunk
        self._arrived += len(chunk)
        if not is_due:
            return ""
        return self._release(len(self._held) - self._window)

    def rest(self) -> str:
        """What is left at the end of the stream."""
        return self._release(len(self._held)) if self._held else ""

    def _release(self, upto: int) -> str:
        self._arrived = 0
        is_end = upto == len(self._held)
        found = self._found()
        for start, end in _spread(found):
            if not is_end and start < upto and end >= min(upto + 1, len(self._held)):
                is_growing = end == len(self._held) and end - start < _MOST
                upto = start if is_growing else end
        released = masked(self._held[:upto], [one for one in found if one.end <= upto])
        self._context = (self._context + self._held[:upto])[-_CONTEXT:]
        self._held = self._held[upto:]
        return released

    def is_due(self, chunk: str) -> bool:
        """Whether `add(chunk)` will look."""
        return len(self._held) + len(chunk) > self._window and self._arrived + len(chunk) >= self._window // 2

    def _found(self) -> list[Found]:
        """By place in what is held; what began before it has been let through already."""
        shift = len(self._context)
        found = self._inspect(self._context + self._held)
        moved = (one._replace(start=one.start - shift, end=one.end - shift) for one in found if one.action == "mask")
        return sorted((one for one in moved if one.start >= 0), key=lambda one: one.start)


def _spread(found: Sequence[Found]) -> list[tuple[int, int]]:
    """Start and end of what was found, overlapping ones as one."""
    spread: list[tuple[int, int]] = []
    for one in found:
        if spread and one.start < spread[-1][1]:
            spread[-1] = (spread[-1][0], max(spread[-1][1], one.end))
        else:
            spread.append((one.start, one.end))
    return spread
