"""Records on their way: memory, then a file, then the collector.

`add` is what a training loop pays: one append to a deque. A thread writes the records to the journal file and delivers
them; without a collector the file waits for `spanglass upload`. A process that is killed loses the records of the last
half second; one that ends normally loses none.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson

from spanglass.fork import after_fork
from spanglass.lineage.address import Address, records_address
from spanglass.lineage.upload import Progress, Uploader, remove_delivered
from spanglass.safety import RateLimitedLog, wall

log = logging.getLogger("spanglass")
Record = Mapping[str, Any]
Maker = Callable[[], "Record | Sequence[Record]"]
"""Makes records in the journal's thread."""
WRITE_INTERVAL_S = 0.5
RETRY_INTERVAL_S = 5.0
REQUEST_TIMEOUT_S = 5.0
MAX_WAITING = 100_000
_LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS


def folder() -> Path:
    """Where journals lie: `SPANGLASS_RECORDS_DIR`, else `.spanglass/records` in the working directory."""
    return Path(os.environ.get("SPANGLASS_RECORDS_DIR", ".spanglass/records"))


class Journal:
    """One file of one process. `address` None keeps the records in the file."""

    def __init__(self, directory: Path, address: Address | None) -> None:
        name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(3)}.jsonl"
        self.path = directory / name
        self.dropped = 0
        """Records that found `MAX_WAITING` others waiting."""
        self._waiting: deque[Record | Maker] = deque()
        self._uploader = Uploader(address.endpoint, address.headers) if address else None
        self._wake = threading.Event()
        self._closing = False
        self._retry_at = 0.0
        self._said = RateLimitedLog()
        self._thread = threading.Thread(target=self._run, name="spanglass-journal", daemon=True)
        self._thread.start()

    def add(self, record: Record | Maker) -> None:
        """Takes a record, or a function that makes some in the journal's thread. Never blocks."""
        if len(self._waiting) >= MAX_WAITING:
            self.dropped += 1
            self._said.warn("lifecycle records come faster than the disk takes them: %d dropped", self.dropped)
            return
        self._waiting.append(record)

    def cpu_s(self) -> float:
        """CPU seconds that the journal's thread has used."""
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident or 0))

    def close(self, timeout_s: float) -> None:
        """Writes everything, delivers what can be within `timeout_s`; the rest stays in the file."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(WRITE_INTERVAL_S)
            self._turn()
        self._retry_at = 0.0
        self._turn()
        remove_delivered(self.path)

    def _turn(self) -> None:
        try:
            self._write()
            self._deliver()
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("the journal of lifecycle records", error)

    def _write(self) -> None:
        if not self._waiting:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            while self._waiting:
                item = self._waiting.popleft()
                made = item() if callable(item) else item
                for record in (made,) if isinstance(made, Mapping) else made:
                    file.write(orjson.dumps(record, default=str, option=_LINE))

    def _deliver(self) -> None:
        if self._uploader is None or time.monotonic() < self._retry_at or not self.path.exists():
            return
        progress = self._uploader.deliver(self.path, REQUEST_TIMEOUT_S)
        self._report(progress)
        if progress.trouble:
            self._retry_at = time.monotonic() + RETRY_INTERVAL_S

    def _report(self, progress: Progress) -> None:
        if progress.refused:
            self._said.warn("the collector refused %d lifecycle records; see %s.refused", progress.refused, self.path)
        if progress.trouble:
            self._said.warn(
                "lifecycle records wait in %s (%s); 'spanglass upload' delivers them later", self.path, progress.trouble
            )


_journal: Journal | None = None
_lock = threading.Lock()


def journal() -> Journal:
    """The journal of this process, opened at the first record."""
    global _journal
    with _lock:
        if _journal is None:
            _journal = Journal(folder(), records_address())
        return _journal


def close(timeout_s: float = 5.0) -> None:
    """Writes and delivers; the next record opens a new journal. Runs by itself when the process exits."""
    global _journal
    with _lock:
        closing, _journal = _journal, None
    if closing is not None:
        closing.close(timeout_s)


def _forget_after_fork() -> None:
    """A forked child writes a journal of its own: the parent's thread did not come along."""
    global _journal, _lock
    _journal, _lock = None, threading.Lock()


atexit.register(close)
after_fork(_forget_after_fork, close)
