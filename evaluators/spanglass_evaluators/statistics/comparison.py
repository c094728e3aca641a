"""The answer of a two-sample test: is there a difference (p), and how large is it (effect)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """`effect` is 0 where the samples are alike; its unit is the method's. `low`, `high`: its interval."""

    method: str
    statistic: float
    p_value: float
    effect: float
    low: float | None = None
    high: float | None = None
    explanation: str = ""
