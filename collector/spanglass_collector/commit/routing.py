"""Which way waiting requests go: through the spool, or into an insert of the group commit; now, or later."""

from __future__ import annotations

from spanglass_collector.commit.spooling import Spooling
from spanglass_collector.commit.waiting import Waiting
from spanglass_collector.config import CommitConfig


class Routing:
    """Told by the group commit what is under way. On the event loop only."""

    def __init__(self, waiting: Waiting, config: CommitConfig, spooling: Spooling | None) -> None:
        self._waiting = waiting
        self._config = config
        self._spooling = spooling
        self.inserts = 0
        """Inserts of the group commit that are under way."""
        self.is_spooling = False
        """A group is on its way into the spool."""
        self.is_hurried = False
        """The process ends: nothing waits for the store any more."""
        self.found_spool_full = False
        """Until the next insert: a full spool is nobody's trouble while the store is well."""
        self._is_saturated = False

    @property
    def avoids_store(self) -> bool:
        """The store is away, slow, or no longer waited for."""
        return self._spooling is not None and (self.is_hurried or not self._spooling.health.is_well)

    @property
    def answers_early(self) -> bool:
        """Through the spool: a sync takes a tenth of an insert's time, what comes meanwhile makes the next insert a
        large one, and a kill inside an insert is followed by the same insert."""
        if self._spooling is None or self._is_saturated or self.found_spool_full:
            return False
        return self._spooling.backlog_bytes < self._spooling.config.early_bytes

    def look(self) -> None:
        """When the spool has passed its bound and a large insert waits, more comes in than the store can take: until
        both are gone the spool would only be a second write, and senders wait for the store."""
        if self._spooling is None:
            return
        has_large_insert = self._waiting.unsent_bytes >= self._config.overlap_bytes
        if has_large_insert and self._spooling.backlog_bytes >= self._spooling.config.early_bytes:
            self._is_saturated = True
        elif not has_large_insert and not self._is_storing:
            self._is_saturated = False

    def is_worth_an_insert(self) -> bool:
        """An insert costs a fixed time, as the view is analysed anew: one beside another must be a large one."""
        if not self._waiting or self.inserts == self._config.writers or self.avoids_store or self.answers_early:
            return False
        return not self._is_storing or self._waiting.unsent_bytes >= self._config.overlap_bytes

    def is_worth_spooling(self) -> bool:
        """One group at a time: what arrives during a sync shares the next."""
        if self._spooling is None or not self._waiting or self.is_spooling:
            return False
        if self.avoids_store or self.answers_early:
            return True
        return self._waiting.unsent_bytes > self._spooling.config.memory_bytes

    @property
    def _is_storing(self) -> bool:
        return self.inserts > 0 or (self._spooling is not None and self._spooling.backlog_bytes > 0)
