"""Switches instrumentations on and off again. Each is on once, however often `init` is called."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from functools import partial
from typing import Any

from spanglass.instrument.choose import Choice, choose
from spanglass.instrument.found import Candidate, installed
from spanglass.instrument.on_import import ImportWatcher
from spanglass.safety import wall

_log = logging.getLogger("spanglass")


class Switch:
    """Owns what it switched on; `off` leaves alone what was on before."""

    def __init__(self) -> None:
        self._watcher = ImportWatcher()
        self._on: dict[str, Any] = {}
        self._failed: dict[str, str] = {}
        self._lock = threading.RLock()
        self._choice: Choice | None = None

    def on(self, wanted: Collection[str] | None) -> Choice | None:
        """Chooses and switches on, now or when the client is imported; None when it did so before."""
        with self._lock:
            if self._choice is not None:
                return None
            candidates = installed()
            self._choice = choose(candidates, wanted, [each for each in candidates if each.is_active])
        for candidate in self._choice.on:
            self._watcher.when_imported(candidate.module, partial(self._start, candidate))
        return self._choice

    def off(self) -> None:
        """Undoes `on`. An instrumentation that cannot be undone stays and is counted."""
        self._watcher.forget()
        with self._lock:
            for instrumentor in self._on.values():
                try:
                    instrumentor.uninstrument()
                except Exception as error:  # noqa: BLE001 - third-party code that patches third-party code
                    wall.caught("uninstrument", error)
            self._on.clear()
            self._failed.clear()
            self._choice = None

    def state_of(self, candidate: Candidate) -> str:
        """`on`, `when imported`, or why it could not be switched on."""
        if candidate.module in self._on:
            return "on"
        return self._failed.get(candidate.module, "when imported")

    def _start(self, candidate: Candidate) -> None:
        """In the thread that imports the client, so nothing may be raised."""
        with self._lock:
            if candidate.module in self._on:
                return
            try:
                instrumentor = candidate.entry.load()()
                if instrumentor.is_instrumented_by_opentelemetry:
                    return  # somebody switched it on between `init` and now
                instrumentor.instrument()
            except Exception as error:  # noqa: BLE001 - third-party code that patches third-party code
                self._fail(candidate, f"{type(error).__name__}: {error}"[:200])
                return
            self._check(candidate, instrumentor)

    def _check(self, candidate: Candidate, instrumentor: Any) -> None:
        """An instrumentor that meets a client it does not support logs that and returns as if it were on."""
        if getattr(instrumentor, "is_instrumented_by_opentelemetry", True):
            self._on[candidate.module] = instrumentor
        else:
            self._fail(candidate, f"it does not support {candidate.client} {candidate.client_version}")

    def _fail(self, candidate: Candidate, why: str) -> None:
        self._failed[candidate.module] = why
        _log.warning("spanglass cannot trace %s with %s: %s", candidate.client, candidate.distribution, why)


switch = Switch()
