"""A statement under way, seen from the event loop: pieces of its result, and an end to it when nobody listens."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

from spanglass_collector.query.guard import Forbidden
from spanglass_collector.query.session import EmbeddedEngine, QueryFailed, Role
from spanglass_collector.query.statement import Statement


class RunningStatement:
    """Iterate over `pieces()`, then `close()`. Cancelling the task that waits for a piece stops the statement."""

    def __init__(self, engine: EmbeddedEngine, statement: Statement, role: Role) -> None:
        self._engine = engine
        self._marker = f"spanglass-{uuid.uuid4()}"
        self._pieces = engine.stream(statement, role, self._marker)

    async def next(self) -> bytes | None:
        """The next piece, None at the end. Raises QueryFailed or Forbidden."""
        working = asyncio.ensure_future(asyncio.to_thread(next, self._pieces, None))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            await self._abandon(working)
            raise

    async def pieces(self) -> AsyncIterator[bytes]:
        while (piece := await self.next()) is not None:
            yield piece

    async def close(self) -> None:
        """Gives the engine's connection back; what was not read is not computed."""
        await asyncio.to_thread(self._pieces.close)  # type: ignore[attr-defined]

    async def _abandon(self, working: asyncio.Future[bytes | None]) -> None:
        """The engine checks for KILL between blocks; a cancel of its own would wait for the whole result."""
        while not working.done():
            await asyncio.to_thread(self._engine.kill, self._marker)
            await asyncio.wait([working], timeout=0.2)
        with contextlib.suppress(QueryFailed, Forbidden):
            working.result()
