"""Room on the spool's disk: a bound below which nothing is added, and a reserve for getting rid of what is there.

Removing from a full disk takes room, too: SQLite writes the change before it frees a page. A file of zeros keeps that
room and is given up when a removal finds none.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

RESERVE_FILE = "reserve"


def free_bytes(folder: Path) -> int:
    """What this user may still write there."""
    stat = os.statvfs(folder)
    return stat.f_bavail * stat.f_frsize


class Reserve:
    """Room of `size_bytes` that `give_up` turns into free space."""

    def __init__(self, folder: Path, size_bytes: int) -> None:
        self._path = folder / RESERVE_FILE
        self._size_bytes = size_bytes

    def hold(self) -> None:
        """Take the room if it is not taken, and there is twice as much. Cheap when it is held."""
        if self._path.exists() or free_bytes(self._path.parent) < 2 * self._size_bytes:
            return
        with contextlib.suppress(OSError), self._path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self._size_bytes)

    def give_up(self) -> bool:
        """True when there was a reserve: trying again makes sense."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True
