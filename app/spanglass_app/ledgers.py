"""The books of a running collector, from its /metrics: what was received is somewhere, and so is what was spooled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

UNITS = {"traces": "spans", "logs": "log_records", "metrics": "data_points"}
FATES = ("stored", "spooled", "repeated", "rejected", "refused")
STATES = ("replayed", "dropped", "pending", "dead")


@dataclass(frozen=True, slots=True)
class Book:
    """One identity: `whole` should be the sum of `parts`."""

    told: str
    missing: int
    is_empty: bool


def received(metrics: str) -> Iterator[Book]:
    """received = stored + spooled + repeated + rejected + refused, by signal, since the collector started."""
    totals: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name.endswith("_total"):
                totals[family.name] += sample.value
    for unit in UNITS.values():
        parts = {name: int(totals[f"spanglass_{unit}_{name}"]) for name in FATES}
        yield _book(int(totals[f"spanglass_{unit}_received"]), f"{unit.replace('_', ' ')} received", parts)


def spooled(metrics: str) -> Iterator[Book]:
    """spooled = replayed + dropped + pending + dead, by signal, since the spool was made."""
    states: dict[tuple[str, str], int] = defaultdict(int)
    for family in text_string_to_metric_families(metrics):
        if family.name == "spanglass_spool_records":
            for sample in family.samples:
                states[sample.labels["signal"], sample.labels["state"]] = int(sample.value)
    for signal, unit in UNITS.items():
        parts = {name: states[signal, name] for name in STATES}
        yield _book(states[signal, "spooled"], f"{unit.replace('_', ' ')} spooled", parts)


def _book(whole: int, name: str, parts: dict[str, int]) -> Book:
    told = f"{whole} {name} = " + " + ".join(f"{count} {part}" for part, count in parts.items())
    return Book(told, whole - sum(parts.values()), not whole)
