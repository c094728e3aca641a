"""Fetches each target at its interval and hands the page to the receiver, as if the server had sent it.

Beside the page's own metrics stands `up`: 1 when the page could be read, 0 when not. A target that is away is said once
a minute and asked again at its next turn; the collector is not affected.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family

from spanglass_collector.admit.data_points import METRICS
from spanglass_collector.errors import CollectorError, first_line
from spanglass_collector.receive.accept import Receiver
from spanglass_collector.scrape.convert import families, to_request
from spanglass_collector.scrape.target import ScrapeTarget

log = logging.getLogger(__name__)
# Text first: in OpenMetrics, Python's own client renames vLLM's metrics, whose names have colons, beside their types.
_ACCEPT = "text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5"
_QUIET_S = 60.0


class Scraper:
    """One target. `run` ends when `stop` is set."""

    def __init__(self, target: ScrapeTarget, receiver: Receiver, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._target = target
        self._receiver = receiver
        self._clock_ns = clock_ns
        self._silent_until_s = 0.0
        self._resource = {"service.name": target.service, "server.address": urlsplit(target.url).netloc}

    async def run(self, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=self._target.timeout_s, headers={"accept": _ACCEPT}) as client:
            while not stop.is_set():
                began_s = time.monotonic()
                await self.turn(client)
                left_s = self._target.interval_s - (time.monotonic() - began_s)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(stop.wait(), max(0.0, left_s))

    async def turn(self, client: httpx.AsyncClient) -> None:
        """One page, or word that there was none."""
        found = await self._read(client)
        up = GaugeMetricFamily("up", "Whether the page could be read.", value=float(found is not None))
        request = to_request([up, *(found or ())], self._resource, self._clock_ns())
        try:
            raw = request.SerializeToString()
            await self._receiver.accept(raw, METRICS, is_json=False, project=self._target.project, transport="scrape")
        except CollectorError as error:
            self._say(f"metrics of {self._target.url} not stored: {first_line(error)}")

    async def _read(self, client: httpx.AsyncClient) -> list[Family] | None:
        try:
            async with client.stream("GET", self._target.url) as answer:
                answer.raise_for_status()
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > self._target.limit_bytes:
                        raise ValueError(f"the page is larger than {self._target.limit_bytes} bytes")
            return families(body.decode("utf-8"), answer.headers.get("content-type", ""))
        except (httpx.HTTPError, ValueError) as error:
            self._say(f"scrape of {self._target.url}: {first_line(error)}")
            return None

    def _say(self, message: str) -> None:
        now_s = time.monotonic()
        if now_s >= self._silent_until_s:
            self._silent_until_s = now_s + _QUIET_S
            log.warning("%s", message)
