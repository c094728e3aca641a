"""`[prices]` of spanglass.toml: own or negotiated prices, in a stated currency, per million tokens.

[prices]
currency = "EUR"
usd_per_unit = 1.08          # needed unless the currency is USD

[[prices.models]]
model = "our-own-7b"         # as spans name it
provider = "vllm"            # left out: any provider
from = 2026-01-01            # left out: always
tier = "batch"               # left out: the ordinary price; batch, flex or priority
input = 0.20
output = 0.60
cached_input = 0.05          # left out, like cache_write and input_audio: priced as input; output_audio as output;
                             # cache_write_1h as cache_write
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any

from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store.price_list import BEGINNING, CONTEXTS, OWN, Price

PER_TOKEN = 1e-6
NUMBERS = ("input", "output", "cached_input", "cache_write", "cache_write_1h", "input_audio", "output_audio")


def own_prices(table: Mapping[str, Any]) -> tuple[Price, ...]:
    """Raises ConfigurationError that names the entry and what is wrong with it."""
    unknown = set(table) - {"currency", "usd_per_unit", "models"}
    if unknown:
        raise ConfigurationError(f"[prices] has no setting {sorted(unknown)[0]!r}: use currency, usd_per_unit, models")
    currency = str(table.get("currency", "USD"))
    rate = table.get("usd_per_unit", 1.0 if currency == "USD" else None)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0:
        raise ConfigurationError(f"[prices] is in {currency}: say what one {currency} is in USD, usd_per_unit = 1.08")
    return tuple(_price(entry, float(rate)) for entry in table.get("models", ()))


def _price(entry: Mapping[str, Any], rate: float) -> Price:
    name = entry.get("model")
    if not isinstance(name, str) or not name:
        raise ConfigurationError('an entry of [[prices.models]] names no model: write model = "..."')
    unknown = set(entry) - {"model", "provider", "from", "tier", *NUMBERS}
    if unknown:
        raise ConfigurationError(
            f"price of {name}: unknown setting {sorted(unknown)[0]!r}; known are {', '.join(NUMBERS)}"
        )
    tier = str(entry.get("tier", ""))
    if tier and tier not in CONTEXTS:
        raise ConfigurationError(f"price of {name}: tier {tier!r} is none of {', '.join(CONTEXTS)}")
    usd = {key: _usd(name, key, entry[key], rate) for key in NUMBERS if key in entry}
    if not {"input", "output"} <= set(usd):
        raise ConfigurationError(f"price of {name}: give input and output, per million tokens")
    parts = [usd.get(key, usd["input"]) for key in ("cached_input", "cache_write")]
    hour = usd.get("cache_write_1h", parts[1])
    audio = (usd.get("input_audio", usd["input"]), usd.get("output_audio", usd["output"]))
    return Price(
        str(entry.get("provider", "")),
        name,
        tier,
        _start(name, entry.get("from")),
        usd=(usd["input"], parts[0], parts[1], usd["output"], *audio, hour),
        source=OWN,
    )


def _usd(name: str, key: str, value: Any, rate: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigurationError(f"price of {name}: {key} = {value!r} is no price; give a number per million tokens")
    return float(value) * rate * PER_TOKEN


def _start(name: str, value: Any) -> datetime:
    if value is None:
        return BEGINNING
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ConfigurationError(f"price of {name}: from = {value!r} is no date; write from = 2026-01-31") from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    raise ConfigurationError(f"price of {name}: from = {value!r} is no date; write from = 2026-01-31")
