"""One step of the drain: the oldest insert of the spool goes to the store, under the token it always had."""

from __future__ import annotations

import logging
from enum import Enum

from spanglass_collector.admit.request import Admitted
from spanglass_collector.admit.signals import BY_NAME
from spanglass_collector.commit.block import Block
from spanglass_collector.commit.verdict import is_fault_of_data, lacks_memory
from spanglass_collector.commit.writer import Writer
from spanglass_collector.errors import StoreError, first_line
from spanglass_collector.spool.queue import Spool
from spanglass_collector.spool.record import SpooledBlock

log = logging.getLogger(__name__)


class Step(Enum):
    """What one step came to."""

    WORKED = 1
    IDLE = 2
    """Nothing is due."""
    FAILED = 3
    """Or the oldest insert is under way elsewhere."""


class Replay:
    """Used by the drain's thread, but for `hold` and `release`, which are the event loop's."""

    def __init__(self, spool: Spool, writer: Writer, *, group_bytes: int) -> None:
        self._spool = spool
        self._writer = writer
        self._group_bytes = group_bytes
        self._held: set[str] = set()
        self._too_much = ""
        """Token of the insert for which the store had no memory last."""

    def hold(self, token: str) -> None:
        """An insert with this token is under way elsewhere: leave it alone until `release`."""
        self._held.add(token)

    def release(self, token: str) -> None:
        self._held.discard(token)

    def ask_store(self) -> None:
        """Raises StoreError as long as it is away."""
        self._writer.connection().query("SELECT 1")

    def replay_oldest(self, up_to: int) -> Step:
        """`up_to`: what came to the spool with a later id is left alone.

        Raises StoreError when it is worth another try, sqlite3.Error or OSError when the spool is in trouble."""
        block = self._spool.next_block(self._group_bytes, up_to=up_to)
        if block is None:
            return Step.IDLE
        if block.token in self._held:
            return Step.FAILED
        try:
            self._writer.insert(_as_block(block))
        except StoreError as error:
            if is_fault_of_data(error):
                self._quarantine(block, first_line(error))
            elif self._is_too_much(block, error):
                self._spool.split(block)
            else:
                raise
        else:
            self._spool.remove(block)
        return Step.WORKED

    def shrink(self) -> None:
        """Give the disk the room back that an emptied spool leaves."""
        self._spool.shrink()

    def close(self) -> None:
        """The connection's end; the spool stays the caller's."""
        self._writer.close()

    def _is_too_much(self, block: SpooledBlock, error: StoreError) -> bool:
        """Twice in a row, with a pause between: it would keep everything behind it waiting."""
        if len(block.ids) == 1 or not lacks_memory(error):
            return False
        before, self._too_much = self._too_much, block.token
        return before == block.token

    def _quarantine(self, block: SpooledBlock, reason: str) -> None:
        if len(block.ids) > 1:
            self._spool.split(block)
            return
        log.warning(
            "dead letter: the store refused a spooled request of %d records: %s", block.requests[0].records, reason
        )
        self._spool.bury(block, reason)


def _as_block(spooled: SpooledBlock) -> Block:
    signal = BY_NAME[spooled.signal]
    return Block([Admitted(r.body, r.digest, r.records, signal=signal) for r in spooled.requests], spooled.token)
