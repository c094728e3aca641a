"""What a judge's calls cost: the settings' price, or that of the price library (collector/store/price_list.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from spanglass_collector.store.price_list import Price, library_prices
from spanglass_evaluators.judge.endpoint import Completion, Message

_TOKENS_AROUND_MESSAGES = 200
"""What a chat template may add to the texts themselves."""


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """USD per token."""

    input_usd: float
    cached_usd: float
    output_usd: float

    def of(self, completion: Completion) -> float | None:
        """None where the endpoint did not count tokens. Cached tokens are part of the input."""
        if completion.input_tokens is None or completion.output_tokens is None:
            return None
        cached = min(completion.cached_tokens or 0, completion.input_tokens)
        fresh = completion.input_tokens - cached
        return fresh * self.input_usd + cached * self.cached_usd + completion.output_tokens * self.output_usd

    def most(self, messages: Sequence[Message], max_tokens: int) -> float:
        """An upper bound before the call: no tokeniser in use makes more tokens than there are bytes."""
        sent = sum(len(message["content"].encode("utf-8", "replace")) for message in messages) + _TOKENS_AROUND_MESSAGES
        return sent * max(self.input_usd, self.cached_usd) + max_tokens * self.output_usd


def library_price(provider: str, model: str) -> TokenPrice | None:
    """Today's price at the dearest size of input; None when the library does not know the model."""
    now = datetime.now(timezone.utc)
    usd = [price.usd for price in library_prices(provider, model) if _is_current(price, now) and price.usd]
    if not usd:
        return None
    return TokenPrice(max(u[0] for u in usd), max(u[1] for u in usd), max(u[3] for u in usd))


def _is_current(price: Price, now: datetime) -> bool:
    return price.tier == "" and price.start <= now <= price.until
