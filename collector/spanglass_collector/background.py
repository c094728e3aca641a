"""A collector in a thread of this process: for imports, the demo, benchmarks and tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from spanglass_collector.config import CollectorConfig
from spanglass_collector.event_loop import new_event_loop
from spanglass_collector.service import Collector, Endpoints

T = TypeVar("T")


class BackgroundCollector:
    """Use as a context manager; `endpoints` is set inside. Stopping stores everything that was taken."""

    endpoints: Endpoints

    def __init__(self, config: CollectorConfig) -> None:
        self.config = config
        self._loop = new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="collector", daemon=True)

    def __enter__(self) -> BackgroundCollector:
        self._thread.start()
        try:
            self.collector, self.endpoints = self._run(self._start())
        except BaseException:
            self._close_loop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._run(self.collector.stop())
        finally:
            self._close_loop()

    async def _start(self) -> tuple[Collector, Endpoints]:
        collector = Collector(self.config)
        return collector, await collector.start()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _close_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
