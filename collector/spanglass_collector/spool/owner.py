"""One process drains a spool: the one that holds the lock on `owner.lock`.

Others may look, revive and drop at any time (SQLite keeps them apart). The lock is the kernel's and ends with the
process, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

ATTEMPTS, PAUSE_S = 3, 0.02
"""Who asks `is_held` has the lock for microseconds."""


class OwnerLock:
    """Taken by `acquire`, given back by `release` or by the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "owner.lock"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """False when another process drains this spool."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE_S)
            if _locked(descriptor, fcntl.LOCK_EX):
                self._descriptor = descriptor
                return True
        os.close(descriptor)
        return False

    @property
    def is_held(self) -> bool:
        """Whether another process drains this spool now. Makes no file. Raises OSError when it cannot be looked at."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _locked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
