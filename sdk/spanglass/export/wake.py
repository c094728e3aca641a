"""The alarm clock of the exporter's thread."""

from __future__ import annotations

from queue import Empty, SimpleQueue


class Wake:
    """Like `threading.Event`, but `set` may interrupt anything.

    Spans of forgotten generators end inside the garbage collector, which may run while this very thread is in
    `wait` or `set`; an Event's lock would deadlock there. `SimpleQueue.put` is made for that case.
    """

    def __init__(self) -> None:
        self._signals: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self._signals.put(None)

    def wait(self, timeout_s: float) -> None:
        """Returns when `set` was called since the last `wait`, at the latest after `timeout_s`."""
        try:
            self._signals.get(timeout=timeout_s)
            while not self._signals.empty():
                self._signals.get_nowait()
        except Empty:
            return
