"""Delivery before SIGTERM ends a process that has no handler of its own: containers and job runners send it, and
Python's default is to end without `atexit`."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType


class SigtermDelivery:
    """Opt-in, because signals are the application's."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        self._deliver = deliver
        self._is_installed = False

    def install(self) -> bool:
        """False when the application has a handler (it ends through `atexit`) or this is not the main thread."""
        is_free = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        if is_free and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._on_sigterm)
            self._is_installed = True
        return self._is_installed

    def remove(self) -> None:
        """Gives the signal back, unless somebody else took it since."""
        if self._is_installed and signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._is_installed = False

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        self._deliver()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # the exit status is that of SIGTERM, as it would have been
