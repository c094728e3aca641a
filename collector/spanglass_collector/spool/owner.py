"""One process drains a spool: the one that holds the lock on `owner.lock`.

Others may look, revive and drop at any time (SQLite keeps them apart). The lock is the kernel's and ends with the
process, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


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
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
