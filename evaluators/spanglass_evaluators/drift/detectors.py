"""Detectors of change in a stream of numbers, from river: value by value, each with a memory of its own.

Settings are for values with mean 0 and deviation 1. Where they differ from river's, it is for fewer false alarms:
docs/evaluators/drift.md has both, measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

MOST_VALUES: Mapping[str, int] = {"kswin": 5_000}
"""KSWIN makes a two-sample test for every value (0.3 ms); it is shown only the newest."""


class Detector(Protocol):
    """What river's detectors have in common."""

    @property
    def drift_detected(self) -> bool:
        """Whether the value seen last showed a change."""
        ...

    def update(self, x: float) -> object:
        """See the next value."""
        ...


def _adwin(seed: int) -> Detector:
    """Adaptive windowing (Bifet and Gavalda 2007): cuts the past off where two parts of it differ."""
    from river.drift import ADWIN

    detector: Detector = ADWIN(delta=0.002)  # type: ignore[no-untyped-call,unused-ignore]
    return detector


def _page_hinkley(seed: int) -> Detector:
    """Page (1954): the running sum of deviations beyond a quarter of a deviation exceeds 50."""
    from river.drift import PageHinkley

    detector: Detector = PageHinkley(delta=0.25, threshold=50.0)
    return detector


def _kswin(seed: int) -> Detector:
    """Raab et al. (2020): Kolmogorov-Smirnov of the newest 60 values against 60 drawn from 240 before."""
    from river.drift import KSWIN

    detector: Detector = KSWIN(alpha=1e-4, window_size=300, stat_size=60, seed=seed)
    return detector


DETECTORS: Mapping[str, Callable[[int], Detector]] = {
    "adwin": _adwin,
    "page_hinkley": _page_hinkley,
    "kswin": _kswin,
}


def changes(name: str, values: Iterable[float], *, seed: int = 0) -> list[int]:
    """The places of the values at which the detector saw a change. Raises KeyError for an unknown name."""
    detector = DETECTORS[name](seed)
    found = []
    for place, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            found.append(place)
    return found
