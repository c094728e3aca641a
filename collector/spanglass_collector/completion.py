"""What is added to spans after they are stored: the texts that came as logs, judgements of answers, prices."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Sequence

from spanglass_collector.commit.health import StoreHealth
from spanglass_collector.errors import StoreError, first_line
from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.answers import DAY_S, find_judged_answers
from spanglass_collector.store.content import HORIZON_S, LONG_HORIZON_S, join_content
from spanglass_collector.store.price_list import Price
from spanglass_collector.store.pricing import price_new_models

log = logging.getLogger(__name__)

PRICING_INTERVAL_S = 5.0
LONG_LOOK_EVERY = 60
"""Rounds of the same interval between looks for content whose span was held up."""


async def keep_complete(url: StoreUrl, own: Sequence[Price], health: StoreHealth, stop: asyncio.Event) -> None:
    """Price new models, join content and judgements to their spans, until `stop`, whenever the store is there."""
    rounds = itertools.count()
    while not stop.is_set():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), PRICING_INTERVAL_S)
        if health.is_well and not stop.is_set():
            horizon_s = LONG_HORIZON_S if next(rounds) % LONG_LOOK_EVERY == 0 else HORIZON_S
            await asyncio.to_thread(_complete_spans, url, own, horizon_s)


def _complete_spans(url: StoreUrl, own: Sequence[Price], horizon_s: int) -> None:
    """One after the other: both write columns of stored spans."""
    try:
        with open_store(url) as store:
            join_content(store, horizon_s)
            find_judged_answers(store, horizon_s, DAY_S if horizon_s == HORIZON_S else 30 * DAY_S)
            for (provider, model), is_known in price_new_models(store, own).items():
                known = "priced" if is_known else "unpriced: neither the price library nor [prices] knows it"
                log.info("model %s of %s: %s", model, provider or "unknown provider", known)
    except StoreError as error:
        log.warning("content and prices not updated: %s", first_line(error))
