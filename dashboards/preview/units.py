"""Numbers as Grafana would write them, roughly: enough to judge whether a unit fits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

_SECONDS = ((86_400, "day"), (3_600, "hour"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))
_BYTES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"))
_SHORT = ((1e9, "Bil"), (1e6, "Mil"), (1e3, "K"), (1, ""))


def written(value: Any, unit: str, missing: str = "no data") -> str:
    """One cell or number; `missing` for NULL."""
    if value is None:
        return missing
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if unit == "percentunit":
        return f"{value:.3g}" if value != value else f"{100 * value:.3g}%"
    if unit == "currencyUSD":
        return f"${value:,.2f}" if abs(value) >= 0.01 or not value else f"${value:.3g}"
    if unit in ("ns", "s"):
        return _scaled(value * (1e-9 if unit == "ns" else 1), _SECONDS)
    return _scaled(value, _BYTES if unit == "bytes" else _SHORT)


def _scaled(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    for least, name in steps:
        if abs(value) >= least:
            return f"{value / least:.3g} {name}".strip()
    return f"{value:.3g}"
