"""Runs the statements of `queries/`, a few at a time, on connections that are kept."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from spanglass_collector.store.connect import ClickHouseStore

CONNECTIONS = 4
"""Statements under way at once; others wait."""
CAPS = "SETTINGS max_execution_time = 20, max_memory_usage = 2147483648, timeout_overflow_mode = 'throw'"
"""Seconds and bytes of one statement."""
Row = dict[str, Any]


class Ask:
    """Named statements in, rows as dictionaries out. Blocking work happens in threads.

    `catch_up` is awaited before each: what was acknowledged is to be seen.
    """

    def __init__(
        self, open_store: Callable[[], ClickHouseStore], catch_up: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._open = open_store
        self._catch_up = catch_up
        self._idle: queue.SimpleQueue[ClickHouseStore] = queue.SimpleQueue()
        self._slots = asyncio.Semaphore(CONNECTIONS)

    async def rows(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Raises StoreError."""
        found: list[Row] = await self.work(lambda store: _rows(store, name, parameters))
        return found

    async def work(self, work: Callable[[ClickHouseStore], Any]) -> Any:
        if self._catch_up:
            await self._catch_up()
        async with self._slots:
            return await asyncio.to_thread(self._with_store, work)

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _with_store(self, work: Callable[[ClickHouseStore], Any]) -> Any:
        store = self._take()
        try:
            result = work(store)
        except BaseException:  # after an error an embedded connection may hold the rest of an old answer
            store.close()
            raise
        self._idle.put(store)
        return result

    def _take(self) -> ClickHouseStore:
        """Without waiting: whoever had the last one may never give it back."""
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._open()


def _rows(store: ClickHouseStore, name: str, parameters: Mapping[str, Any]) -> list[Row]:
    result = store.query(statement(name), parameters)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


@cache
def statement(name: str) -> str:
    """The text of `queries/<name>.sql` with the caps."""
    text = files(__package__).joinpath("queries").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return f"{text.rstrip()}\n{CAPS}"
