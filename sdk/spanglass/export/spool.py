"""Undelivered requests on disk: one file each, shared by all processes of the host that send to one place.

A file holds the bytes of one OTLP request as they went, or would have gone, over the wire, so that a replay is
the same request and a receiver that knows it from its digest stores it once. Plain files and not SQLite: a request
is written once, never changed and read once, a rename makes it appear whole, and nothing need be imported.

    FOLDER/<digest of the URL>/<time ns>-<pid>-<number>-<spans>.otlp     a waiting request; names sort by age
    FOLDER/<digest of the URL>/.<same name>.partial                      being written
    FOLDER/<digest of the URL>/.replaying                                locked (flock) by who replays

A request is in the page cache, not synced: it survives the end of the process, not of the machine's power.
Headers are not stored; a replay uses those of the process that replays.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spanglass.config import SpoolConfig

try:
    import fcntl
except ImportError:  # Windows: two processes may replay one request, and the receiver knows it from its digest
    fcntl = None  # type: ignore[assignment]

_SUFFIX = ".otlp"
_ABANDONED_S = 3600.0  # a partial file this old has lost its writer


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request on disk."""

    path: Path
    spans: int
    size_bytes: int


class Spool:
    """Any number of processes may `add`; one at a time gets to `replaying`. Raises OSError when the disk does."""

    def __init__(self, config: SpoolConfig, url: str) -> None:
        digest = hashlib.blake2b(url.encode(), digest_size=8).hexdigest()
        self.folder = Path(config.folder) / digest
        self._limit_bytes = config.limit_bytes
        self._numbers = itertools.count()
        self._sweep()

    def add(self, body: bytes, spans: int) -> int:
        """Keeps one request; returns how many spans had to go, oldest first, to stay within the bound."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns():020}-{os.getpid()}-{next(self._numbers)}-{spans}{_SUFFIX}"
        partial = self.folder / f".{name}.partial"
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(body)
            partial.rename(self.folder / name)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        return self._evict()

    def waiting(self) -> list[Waiting]:
        """Oldest first. What another process just delivered or evicted is left out."""
        found = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                spans = _spans_of(entry.name)
                if spans is not None:
                    with contextlib.suppress(FileNotFoundError):
                        found.append(Waiting(Path(entry.path), spans, entry.stat().st_size))
        return sorted(found, key=lambda each: each.path.name)

    @contextlib.contextmanager
    def replaying(self) -> Iterator[bool]:
        """False inside while another process replays; the lock ends with the process, however that ends."""
        if fcntl is None or not self.folder.is_dir():
            yield self.folder.is_dir()
            return
        with open(self.folder / ".replaying", "wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

    @staticmethod
    def read(request: Waiting) -> bytes | None:
        """The request's bytes; None when it is gone."""
        try:
            return request.path.read_bytes()
        except FileNotFoundError:
            return None

    @staticmethod
    def remove(request: Waiting) -> bool:
        """False when somebody else removed it first."""
        try:
            request.path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _evict(self) -> int:
        waiting = self.waiting()
        excess = sum(each.size_bytes for each in waiting) - self._limit_bytes
        lost = 0
        for each in waiting:
            if excess <= 0:
                break
            if self.remove(each):
                lost += each.spans
            excess -= each.size_bytes
        return lost

    def _sweep(self) -> None:
        """Removes what a writer left that died half-way."""
        for partial in self.folder.glob(".*.partial"):
            with contextlib.suppress(OSError):
                if time.time() - partial.stat().st_mtime > _ABANDONED_S:
                    partial.unlink()


def _spans_of(name: str) -> int | None:
    """The count in a file's name; None for any other file."""
    if name.startswith(".") or not name.endswith(_SUFFIX):
        return None
    count = name.removesuffix(_SUFFIX).rpartition("-")[2]
    return int(count) if count.isdecimal() else None
