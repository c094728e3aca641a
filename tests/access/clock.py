"""A clock that tests move."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Clock:
    """Unix seconds."""

    now_s: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now_s
