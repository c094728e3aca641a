"""One run of the checks over the texts of one side of a call, within a deadline where there is one."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from contextvars import copy_context
from dataclasses import dataclass, field

from spanglass.guarded.checks import NamedCheck
from spanglass.guarded.workers import Stuck, workers


@dataclass(slots=True)
class Round:
    """What is there when the deadline comes still counts. `found`: check, kind, start, end, confidence, text number;
    `errors`: what checks raised, by type alone: a message may hold the text; `late`: why the round was not finished."""

    texts: Sequence[str]
    checks: Sequence[NamedCheck]
    found: list[tuple[str, str, int, int, float, int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    late: str = ""
    _running: str = ""

    def run(self) -> None:
        """All checks, one after the other, in this thread."""
        for check in self.checks:
            self._running = check.name
            try:
                for number, text in enumerate(self.texts):
                    self.found += [(check.name, *match, number) for match in check.find(text)]
            except Exception as error:  # noqa: BLE001 - a check is a stranger's code; on_error decides
                self.errors.append(f"{check.name}: {type(error).__name__}")

    def run_within(self, deadline_s: float) -> None:
        """In another thread; returns when it is done, or at the deadline."""
        future = self._submitted()
        if future is None:
            return
        try:
            self._note(future.exception(deadline_s))
        except TooLate:
            self._note_late()
        finally:
            workers.give_up(future)

    async def run_within_async(self, deadline_s: float) -> None:
        """As `run_within`; the event loop runs on."""
        import asyncio

        future = self._submitted()
        if future is None:
            return
        waited = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait([waited], timeout=deadline_s)
            if done:
                self._note(future.exception(0))
            else:
                self._note_late()
        finally:  # also when the waiting task is cancelled
            workers.give_up(future)
            waited.cancel()

    def _submitted(self) -> Future[None] | None:
        try:
            return workers.submit(functools.partial(copy_context().run, self.run))
        except Stuck as error:
            self.late = f"stuck: {error}"
            return None

    def _note(self, error: BaseException | None) -> None:
        """What ends a thread and is no `Exception`, such as SystemExit, must not end the application."""
        if error is not None:
            self.errors.append(f"{self._running}: {type(error).__name__}")

    def _note_late(self) -> None:
        self.late = f"deadline: {self._running or 'no thread was free'}"
