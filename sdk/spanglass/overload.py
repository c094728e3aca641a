"""Keeps what tracing costs within its share of one CPU (`Limits.overhead_budget`), visibly.

Levels: 0 everything; 1 metadata only, no content; 2 one trace in ten, metadata only. Two windows in a row over the
budget are one level down; a quiet hold is one level up, and each relapse makes the next hold longer. The cost is the
CPU time of the exporter's thread, which is measured, and the caller's, which is worked out from the number and size
of the spans with what `benchmarks/sdk_overhead.py` measures a span and a byte to cost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 10.0
KEEP_ONE_IN = 10  # traces, at level 2; by trace id, so that all processes keep the same ones
_CALLER_S_PER_SPAN, _CALLER_S_PER_BYTE = 1.5e-6, 1.4e-9
_FIRST_HOLD_S, _LAST_HOLD_S = 60.0, 960.0
_WINDOWS_OVER = 2
_LEVELS = ("everything", "metadata only", f"metadata of one trace in {KEEP_ONE_IN}")
_log = logging.getLogger("spanglass")


@dataclass(frozen=True, slots=True)
class Spent:
    """Running totals: monotonic and CPU seconds, spans and bytes that callers recorded."""

    at_s: float
    exporter_cpu_s: float
    spans: int
    size_bytes: int

    def share_since(self, before: Spent) -> float:
        """The part of one CPU that went into tracing since `before`."""
        caller_s = (self.spans - before.spans) * _CALLER_S_PER_SPAN
        caller_s += (self.size_bytes - before.size_bytes) * _CALLER_S_PER_BYTE
        return (self.exporter_cpu_s - before.exporter_cpu_s + caller_s) / (self.at_s - before.at_s)


class Guard:
    """Decides on the level; called by the exporter's thread. `level` is read in the application's threads."""

    def __init__(self, budget: float, on_change: Callable[[int], None] = lambda level: None) -> None:
        self.budget = budget
        self._on_change = on_change
        self.restart()

    def restart(self) -> None:
        """A forked child starts from nothing spent."""
        self.level = 0
        self._before: Spent | None = None
        self._windows_over = 0
        self._hold_s = _FIRST_HOLD_S
        self._calm_since_s = 0.0

    def observe(self, spent: Spent) -> None:
        """Looks at the window since the last one, when that is long enough ago."""
        before = self._before
        if before is None:
            self._before = spent
        elif spent.at_s - before.at_s >= WINDOW_S:
            self._before = spent
            self._judge(spent.share_since(before), spent.at_s)

    def _judge(self, share: float, now_s: float) -> None:
        if share > self.budget:
            self._calm_since_s = now_s
            self._windows_over += 1
            if self._windows_over >= _WINDOWS_OVER and self.level < len(_LEVELS) - 1:
                self._set(self.level + 1, share, now_s)
            return
        self._windows_over = 0
        if self.level and now_s - self._calm_since_s >= self._hold_s:
            self._hold_s = min(self._hold_s * 2, _LAST_HOLD_S)
            self._set(self.level - 1, share, now_s)

    def _set(self, level: int, share: float, now_s: float) -> None:
        is_worse = level > self.level
        self.level, self._windows_over, self._calm_since_s = level, 0, now_s
        self._on_change(level)
        _log.log(
            logging.WARNING if is_worse else logging.INFO,
            "spanglass used %.1f %% of a CPU (budget %.1f %%) and records %s from now on; Limits.overhead_budget",
            share * 100,
            self.budget * 100,
            _LEVELS[level],
        )


def keeps(trace_id: int) -> bool:
    """True for the traces that level 2 still records."""
    return trace_id % KEEP_ONE_IN == 0
