"""Who else is there: a heartbeat in the store, by the store's clock, in a thread with a connection of its own.

A worker that comes lets two beats pass before it touches its slots: by then the others have seen it and let go. One
that has not beaten for the lease is gone, and the others take over. What both may have scored in between goes to
the same rows.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from spanglass_collector.errors import StoreError
from spanglass_collector.store import Store
from spanglass_evaluators.engine.slots import owned_by

logger = logging.getLogger(__name__)

_BEAT = (
    "INSERT INTO evaluator_workers (Project, Worker, Since, HasLeft) "
    "SELECT '', {worker:String}, if({first:Bool}, now64(6), fromUnixTimestamp64Micro({since:Int64})), {left:Bool}"
)
_PRESENT = """
SELECT Worker, toUnixTimestamp64Micro(Since), toUnixTimestamp64Micro(now64(6)) FROM evaluator_workers
WHERE NOT HasLeft AND BeatAt > now64(6) - toIntervalMillisecond({lease_ms:UInt64})
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """Seconds between two beats, and without one until a worker counts as gone."""

    beat_s: float = 5.0
    lease_s: float = 20.0


class Workers:
    """This process among the others. `slots` is what it may work on now; empty before `start` and when cut off."""

    def __init__(self, open_store: Callable[[], Store], lease: Lease, name: str = "") -> None:
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._open_store = open_store
        self._lease = lease
        self._since_us = 0
        self._slots: frozenset[int] = frozenset()
        self._good_until = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_stopped, name="evaluator-heartbeat", daemon=True)
        self._beaten = threading.Event()

    @property
    def slots(self) -> frozenset[int]:
        return self._slots if time.monotonic() < self._good_until else frozenset()

    def start(self) -> None:
        """Begin to beat; returns after the first beat, or when it has taken too long."""
        self._thread.start()
        self._beaten.wait(self._lease.lease_s)

    def leave(self) -> None:
        """The others may take over at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._lease.lease_s)

    def _beat_until_stopped(self) -> None:
        store: Store | None = None
        while not self._stop.is_set():
            try:
                store = store or self._open_store()
                self._beat(store)
            except StoreError as error:
                logger.warning("evaluator worker %s could not beat: %s", self.name, error)
                store = None
            self._beaten.set()
            self._stop.wait(self._lease.beat_s)
        self._say_goodbye(store)

    def _beat(self, store: Store) -> None:
        began = time.monotonic()
        self._say(store, has_left=False)
        rows = store.query(_PRESENT, {"lease_ms": int(self._lease.lease_s * 1000)}).result_rows
        since = {str(worker): int(at) for worker, at, _ in rows}
        self._since_us = since.get(self.name, self._since_us)
        is_new = bool(rows) and int(rows[0][2]) - self._since_us < 2 * self._lease.beat_s * 1e6
        waits = is_new and len(since) > 1
        self._slots = frozenset() if waits else owned_by(self.name, since)
        self._good_until = began + self._lease.lease_s

    def _say_goodbye(self, store: Store | None) -> None:
        if store is None or not self._since_us:
            return
        try:
            self._say(store, has_left=True)
            store.close()
        except StoreError:
            logger.info("evaluator worker %s leaves without saying so: the lease will tell", self.name)

    def _say(self, store: Store, *, has_left: bool) -> None:
        values = {"worker": self.name, "first": not self._since_us, "since": self._since_us, "left": has_left}
        store.command(_BEAT, values)
