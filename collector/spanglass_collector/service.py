"""The collector process: opens the store, starts the servers, stops them in reverse order.

Readiness turns off first, then the receivers stop, then what was taken is stored or spooled, then the store closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI

from spanglass_collector.access import Access, AccessConfig
from spanglass_collector.access.metrics import AccessMetrics
from spanglass_collector.commit.durable import durable_commit
from spanglass_collector.commit.group import GroupCommit
from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.completion import keep_complete
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.lineage.http import lineage_router
from spanglass_collector.listen import port_taken, serve
from spanglass_collector.metrics import CollectorMetrics
from spanglass_collector.owner import owner_key, owner_url
from spanglass_collector.query.http import SqlAccess, sql_app
from spanglass_collector.query.session import EmbeddedEngine
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.receive.bodies import Bodies
from spanglass_collector.receive.grpc import GrpcReceiver
from spanglass_collector.receive.http import http_app
from spanglass_collector.receive.tls import check_tls, uvicorn_options
from spanglass_collector.rest.ask import Ask
from spanglass_collector.rest.router import add_openapi, rest_router
from spanglass_collector.scrape.loop import Scraper
from spanglass_collector.spool.ledger import PENDING
from spanglass_collector.spool.owner import OwnerLock
from spanglass_collector.spool.queue import Spool
from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from spanglass_collector.store.price_list import Price
from spanglass_collector.store.pricing import refresh_prices

log = logging.getLogger(__name__)

INSERT_TIMEOUT_S = 30
"""After this an insert is tried again, under its token; its senders were answered from the spool long before."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a running collector really listens."""

    otlp_http: Address
    otlp_grpc: Address
    sql: Address | None
    store_url: str
    """How another process reaches the store, credentials included: keep out of logs."""


class Collector:
    """One collector. `await start()`, then `await stop()`; both may be called once."""

    def __init__(self, config: CollectorConfig) -> None:
        config.check()
        self._config = config
        self._url = StoreUrl.parse(config.store_url)
        self.metrics = CollectorMetrics()
        self._health = StoreHealth()
        self._bodies = Bodies(config.body_limit_bytes, config.unfinished_bytes)
        self._ready = False
        self.left_in_spool = 0
        """After `stop`: requests that the next start will store."""
        self._cleanup = contextlib.AsyncExitStack()

    async def start(self) -> Endpoints:
        """Returns when every port accepts. Raises ConfigurationError or StoreError, leaving nothing open."""
        try:
            endpoints = await self._start()
        except BaseException:
            await self._cleanup.aclose()
            raise
        self._ready = True
        return endpoints

    def withdraw(self) -> None:
        """Readiness off: whoever balances load sends elsewhere, while everything still works."""
        self._ready = False

    async def stop(self) -> None:
        """Readiness off, receivers closed, what was taken stored, past the deadline spooled; then all is closed."""
        self.withdraw()
        await self._cleanup.aclose()

    def hurry(self) -> None:
        """During `stop`: wait for the store no longer, spool what it has not taken. Call it on the event loop."""
        self._commit.hurry()

    @property
    def is_stuck(self) -> bool:
        """After `stop`: an insert is still under way in a thread, which only the end of the process ends."""
        return self._commit.is_stuck

    async def _start(self) -> Endpoints:
        if self._config.tls:
            check_tls(self._config.tls)
        self._commit = await self._start_commit()
        await self._start_pricing()
        key = owner_key(self._config.data_dir)
        access = self._access(key)
        receiver = Receiver(self._commit, self.metrics, time.time_ns)
        self._start_scraping(receiver)
        sql, store_url = await self._start_sql(access, key)
        grpc_port = await self._start_grpc(receiver, access)
        app = http_app(
            receiver,
            access,
            self.metrics,
            bodies=self._bodies,
            is_ready=lambda: self._ready,
            complaint=lambda: self._health.complaint,
            cors_origins=self._config.cors_origins,
            extend=lambda others: self._add_rest(others, access),
        )
        otlp_http = await self._serve(app, self._config.otlp_http, **uvicorn_options(self._config.tls))
        otlp_grpc = Address(self._config.otlp_grpc.host, grpc_port)
        return Endpoints(otlp_http, otlp_grpc, sql, store_url)

    def _add_rest(self, app: FastAPI, access: Access) -> None:
        app.include_router(lineage_router(access, lambda: open_store(self._url), bodies=self._bodies))
        ask = Ask(lambda: open_store(self._url), self._commit.catch_up)
        self._cleanup.callback(ask.close)
        app.include_router(rest_router(access, ask))
        add_openapi(app)

    async def _start_commit(self) -> GroupCommit:
        spool = await asyncio.to_thread(self._open_spool)
        commit = durable_commit(
            lambda: open_store(self._url, answer_timeout_s=INSERT_TIMEOUT_S),
            spool,
            self._config,
            self.metrics,
            health=self._health,
            prepare=lambda: prepare_store(self._url, self._config.prices),
            needs_store=self._url.is_embedded,
        )
        await commit.start()
        self._cleanup.push_async_callback(commit.stop, self._config.stop_deadline_s)
        return commit

    def _open_spool(self) -> Spool:
        """Raises ConfigurationError when another process has it, or its folder cannot be used."""
        folder = self._config.spool_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
            owner = OwnerLock(folder)
            if not owner.acquire():
                raise ConfigurationError(f"another process uses {folder}: stop it, or choose another --data-dir")
            self._cleanup.callback(owner.release)
            spool = Spool(folder, self._config.spool)
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(f"the spool under {folder} cannot be used: {error}") from error
        self._cleanup.callback(self._close_spool, spool)
        return spool

    def _close_spool(self, spool: Spool) -> None:
        self.left_in_spool = sum(t.requests for t in spool.totals() if t.name == PENDING)
        spool.close()

    def _access(self, key: str) -> Access:
        config = self._config
        secrets_ = {"owner": key, **({"bootstrap": config.api_key} if config.api_key else {})}
        last_use = config.data_dir / "keys-used.json"
        known = AccessConfig(config.key_file, last_use, secrets_, config.cors_origins, is_required=bool(config.exposed))
        return Access(known, AccessMetrics(self.metrics.registry))

    async def _start_sql(self, access: Access, key: str) -> tuple[Address | None, str]:
        """With the embedded store only: a server has an endpoint of its own."""
        if not self._url.is_embedded:
            return None, self._config.store_url
        engine = await asyncio.to_thread(EmbeddedEngine, self._url.path)
        app = sql_app(
            engine,
            SqlAccess(key, access),
            self.metrics,
            database=self._url.database,
            bodies=self._bodies,
            catch_up=self._commit.catch_up,
        )
        tls = self._config.tls and replace(self._config.tls, client_ca=None)  # its users have keys
        address = await self._serve(app, self._config.sql, **uvicorn_options(tls))
        return address, owner_url(address, key, self._url.database, secure=tls is not None)

    async def _start_grpc(self, receiver: Receiver, access: Access) -> int:
        grpc = GrpcReceiver(receiver, access, body_limit_bytes=self._config.body_limit_bytes, tls=self._config.tls)
        try:
            port = await grpc.start(self._config.otlp_grpc)
        except RuntimeError as error:
            raise ConfigurationError(port_taken(self._config.otlp_grpc, "--otlp-grpc")) from error
        self._cleanup.push_async_callback(grpc.stop, self._config.stop_deadline_s)
        return port

    async def _serve(self, app: Any, address: Address, **tls: Any) -> Address:
        listening, stop = await serve(app, address, stop_deadline_s=self._config.stop_deadline_s, **tls)
        self._cleanup.push_async_callback(stop)
        return listening

    def _start_scraping(self, receiver: Receiver) -> None:
        stop = asyncio.Event()
        tasks = [asyncio.create_task(Scraper(target, receiver).run(stop)) for target in self._config.scrape]

        async def finish() -> None:
            stop.set()
            await asyncio.gather(*tasks)

        self._cleanup.push_async_callback(finish)

    async def _start_pricing(self) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(keep_complete(self._url, self._config.prices, self._health, stop))

        async def finish() -> None:
            stop.set()
            await task

        self._cleanup.push_async_callback(finish)


def prepare_store(url: StoreUrl, own_prices: Sequence[Price] = ()) -> list[str]:
    """Create the database, bring the schema up to date, give it the price list; returns what was applied."""
    store = open_store(url, create_database=True)
    try:
        applied = migrate(store, url)
        if applied:
            log.info("store migrated: %s", ", ".join(applied))
        refresh_prices(store, own_prices)
        return applied
    finally:
        store.close()
