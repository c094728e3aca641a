"""A real store that can be switched off, made slow, or made to lose its answers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from spanglass_collector.errors import StoreUnavailable
from spanglass_collector.store import ClickHouseStore


class Switchable:
    """One store for every connection; `open` is what a collector calls."""

    def __init__(self, store: ClickHouseStore) -> None:
        self._store = store
        self._one_at_a_time = threading.Lock()
        self.is_away = False
        self.loses_answers = False
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.inserts = 0
        self.memory_bytes = 0
        """Largest insert it has memory for; 0: any."""

    def open(self) -> Switchable:
        if self.is_away:
            raise StoreUnavailable("connection refused")
        return self

    @property
    def is_embedded(self) -> bool:
        return self._store.is_embedded

    def query(self, query: str, parameters: Mapping[str, Any] | None = None) -> Any:
        self.open()
        with self._one_at_a_time:
            return self._store.query(query, parameters)

    def insert_block(self, *arguments: Any) -> None:
        self.open()
        self.begun.set()
        assert self.gate.wait(60)
        if 0 < self.memory_bytes < len(arguments[1]):
            raise StoreUnavailable("Code: 241. DB::Exception: would use 2.01 GiB (MEMORY_LIMIT_EXCEEDED)")
        with self._one_at_a_time:
            self._store.insert_block(*arguments)
        self.inserts += 1
        if self.loses_answers:
            raise StoreUnavailable("answer lost")

    def close(self) -> None:
        """Kept open: the test owns it."""
