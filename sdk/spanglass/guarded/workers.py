"""Threads that run checks, so that a caller can stop waiting for one.

A thread cannot be stopped from outside: one that is still busy when its caller gives up is left to itself and
counted. When as many are stuck as there may be, further jobs are refused at once instead of each waiting for its
deadline. Threads are daemons: a stuck check does not keep the process from ending.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue

_MOST = 16
Job = Callable[[], None]


class Stuck(Exception):
    """All threads are busy with jobs that their callers gave up, or none can be started."""


class Workers:
    """A pool that grows to `most` threads. `abandoned` counts jobs that were given up while they ran."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._start()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[tuple[Future[None], Job]] = SimpleQueue()
        self._threads = self._busy = self.stuck = self.abandoned = 0

    def submit(self, job: Job) -> Future[None]:
        """Raises Stuck. The future holds what `job` raises."""
        future: Future[None] = Future()
        with self._lock:
            if self.stuck >= self._most:
                raise Stuck(f"{self.stuck} checks hang")
            self._busy += 1
            starts = self._busy > self._threads and self._threads < self._most
            self._threads += starts
        if starts:
            self._start_thread()
        self._jobs.put((future, job))
        return future

    def _start_thread(self) -> None:
        try:
            threading.Thread(target=self._work, name="spanglass-guard", daemon=True).start()
        except RuntimeError as error:  # the limit of the machine, or the end of the interpreter
            with self._lock:
                self._threads -= 1
                self._busy -= 1
            raise Stuck(str(error)) from error

    def give_up(self, future: Future[None]) -> None:
        """The caller waits no longer: a job that has not begun never will. Does nothing for one that is done."""
        if future.cancel() or future.done():
            return
        with self._lock:
            self.abandoned += 1
            self.stuck += 1
        future.add_done_callback(self._came_back)

    def _came_back(self, _: Future[None]) -> None:
        with self._lock:
            self.stuck -= 1

    def _work(self) -> None:
        while True:
            future, job = self._jobs.get()
            if future.set_running_or_notify_cancel():
                try:
                    job()
                except BaseException as error:  # noqa: BLE001 - belongs to the caller, who may be gone
                    future.set_exception(error)
                else:
                    future.set_result(None)
            with self._lock:
                self._busy -= 1
            del future, job  # what a caller passed must not live on in an idle thread


workers = Workers()
