"""Online detectors over streams of scores: has something changed since the reference, and when.

The detectors' memory is not kept anywhere: it is made anew each time by showing them the reference window and then
the current one, value by value. Both are bounded, so a restart changes no verdict and costs no more than a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

import numpy as np

from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.drift.counted import Numbers
from spanglass_evaluators.drift.detectors import DETECTORS, MOST_VALUES, changes
from spanglass_evaluators.drift.limits import TIME
from spanglass_evaluators.drift.values import as_numbers
from spanglass_evaluators.errors import ConfigurationError, ContractError

_HOUR_NS = 3_600 * 10**9
_PHASES = {"": 1, "day": 24, "week": 168}
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """`min_effect`: least change of the mean, in deviations of the reference. `season`: what is usual at an hour of
    the day or the week is taken off first.
    """

    features: tuple[str, ...] = ("score:refusal", "score:toxicity", "score:reference_match", "Duration")
    detectors: tuple[str, ...] = ("adwin", "page_hinkley")
    min_rows: int = 100
    min_effect: float = 0.1
    season: Literal["", "day", "week"] = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Stream:
    """Values with their times, in order of time; the first `reference_n` of them are of the reference."""

    values: Numbers
    times_ns: Numbers
    reference_n: int


@dataclass(frozen=True, slots=True)
class StreamDrift:
    """The window evaluator behind `[[stream]]`. Raises ConfigurationError for a detector that is none."""

    config: StreamConfig = field(default_factory=StreamConfig)
    name: str = "stream_drift"
    version: str = "1"

    def __post_init__(self) -> None:
        unknown = [name for name in self.config.detectors if name not in DETECTORS]
        if unknown:
            raise ConfigurationError(f"stream: no detector {unknown[0]!r}; there are {', '.join(DETECTORS)}")
        if self.config.season not in _PHASES:
            raise ConfigurationError(f'stream: season = {self.config.season!r}: use "day" or "week"')

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.config.features, TIME)

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One judgement a feature and detector. Raises ContractError without a reference window."""
        if reference is None:
            raise ContractError("stream_drift needs a reference window, in which its detectors learn what is usual")
        return [j for feature in self.config.features for j in self._judged(feature, reference, current)]

    def _judged(self, feature: str, reference: Window, current: Window) -> Iterator[WindowJudgement]:
        before, now = (_in_time(window, feature) for window in (reference, current))
        n, m = now.shape[1], before.shape[1]
        if m < self.config.min_rows or n == 0:
            why = f"not enough data: {m} -> {n} values, {self.config.min_rows} needed in the reference"
            yield WindowJudgement(feature, "", n, m, explanation=why)
            return
        stream = _Stream(*standardised(before, now, self.config.season), m)
        for detector in self.config.detectors:
            yield self._detected(feature, detector, stream)

    def _detected(self, feature: str, detector: str, stream: _Stream) -> WindowJudgement:
        skipped = max(0, len(stream.values) - MOST_VALUES.get(detector, len(stream.values)))
        places = [p + skipped for p in changes(detector, stream.values[skipped:].tolist(), seed=self.config.seed)]
        new = [place for place in places if place >= stream.reference_n]
        start = new[0] if new else stream.reference_n
        effect = float(stream.values[start:].mean() - stream.values[: stream.reference_n].mean())
        return WindowJudgement(
            feature, detector, len(stream.values) - stream.reference_n, stream.reference_n,
            statistic=float(len(new)), effect_size=effect, threshold=self.config.min_effect,
            drifted=bool(new) and abs(effect) >= self.config.min_effect,
            explanation=_told(new, stream.times_ns),
        )  # fmt: skip


def _in_time(window: Window, feature: str) -> Numbers:
    """Two rows: times and values, of what is known, in order of time."""
    if not len(window.columns[feature]):
        return np.empty((2, 0))
    both = np.array([as_numbers(window.columns[TIME]), as_numbers(window.columns[feature])])
    both = both[:, np.isfinite(both[1])]
    return both[:, np.lexsort(both[::-1])]


def standardised(before: Numbers, now: Numbers, season: str) -> tuple[Numbers, Numbers]:
    """(values, times): in deviations of the reference from its mean, or from its mean at that hour.

    Each window as two rows, times (ns) and values. Where the reference does not vary, all values give the deviation.
    """
    times, values = np.hstack([before, now])
    m = before.shape[1]
    phase = (times // _HOUR_NS).astype(np.int64) % _PHASES[season]
    usual = _usual(phase[:m], values[:m], _PHASES[season])
    rest = values - usual[phase]
    deviation = float(rest[:m].std()) or float(rest.std())
    return rest / (deviation if deviation > 0 else 1.0), times


def _usual(phase: Any, values: Numbers, phases: int) -> Numbers:
    counts = np.bincount(phase, minlength=phases)
    sums = np.bincount(phase, weights=values, minlength=phases)
    return np.where(counts > 0, sums / np.maximum(counts, 1), values.mean())


def _told(places: Sequence[int], times_ns: Numbers) -> str:
    if not places:
        return "no change"
    moments = [datetime.fromtimestamp(times_ns[place] / 1e9, timezone.utc) for place in places[:_SHOWN]]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"changed at {', '.join(f'{m:%Y-%m-%d %H:%M:%S}' for m in moments)}{more} (UTC)"
