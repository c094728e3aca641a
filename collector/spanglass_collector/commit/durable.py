"""Group commit with a spool behind it: how the parts are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from spanglass_collector.commit.drain import Drain
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.commit.replay import Replay
from spanglass_collector.commit.seen import SeenRequests
from spanglass_collector.commit.spooling import Spooling
from spanglass_collector.commit.writer import Writer
from spanglass_collector.config import CollectorConfig
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.spool.queue import Spool
from spanglass_collector.store.contract import Store


def durable_commit(
    open_store: Callable[[], Store],
    spool: Spool,
    config: CollectorConfig,
    metrics: CollectorMetrics,
    *,
    health: StoreHealth,
    prepare: Callable[[], object] = lambda: None,
    needs_store: bool = False,
) -> GroupCommit:
    """`prepare` brings the store up to date before anything is read or written there; the spool stays the caller's."""
    seen = SeenRequests(config.commit.remembered_requests)
    # The drain has its own rhythm of retries.
    writer = Writer(open_store, replace(config.commit, attempts=1), metrics)

    def prepare_and_remember() -> None:
        prepare()
        # Sent again while nobody could ask the store: it has them, and would count them twice.
        spool.forget(seen.load(writer.connection()))

    replay = Replay(spool, writer, group_bytes=config.commit.group_bytes)
    drain = Drain(spool, replay, health, prepare=prepare_and_remember, gather_s=config.spool.gather_s)
    spooling = Spooling(spool, drain, health, config.spool, needs_store=needs_store)
    metrics.watch_spool(spool.totals)
    metrics.store_up.set_function(lambda: health.is_well)
    return GroupCommit(open_store, config.commit, metrics, seen=seen, spooling=spooling)
