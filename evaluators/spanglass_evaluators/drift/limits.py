"""The reference as yardstick: how far its own parts lie from the whole of it.

Real traffic is never quite still: its days differ more than samples of one distribution would. So the distance
that counts is what exceeds the mean by three deviations among chunks of the reference as large as the current
window (the rule NannyML documents for its univariate methods).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from spanglass_evaluators.drift.counted import Counted, Counts
from spanglass_evaluators.drift.distances import jensen_shannon
from spanglass_evaluators.drift.numeric import doane_edges
from spanglass_evaluators.drift.values import Known

TIME = "time_ns"
LEAST_CHUNKS = 5
_DEVIATIONS = 3


def distance_and_limit(current: Known, reference: Known, *, size: int = 0) -> tuple[float, float]:
    """(distance of `current` to the reference, limit of it). `reference` in order of time.

    Jensen-Shannon distance in base 2; numbers in bins of the reference (Doane's), with one more for what lies
    outside. `size`: rows of a chunk of the reference, by default as many as `current` has. Five chunks are the least.
    """
    counts, size = _columns_of(reference), size or len(current)
    whole = counts(reference)
    chunks = [_distance(counts(reference[start : start + size]), whole) for start in range(0, len(reference), size)]
    return _distance(counts(current), whole), float(np.mean(chunks) + _DEVIATIONS * np.std(chunks))


def _columns_of(reference: Known) -> Callable[[Known], Counts]:
    """Counts a sample by the bins or categories of the reference; what those do not hold is one more."""
    if isinstance(reference, list):
        names = sorted(set(reference))
        return lambda sample: _with_rest(_of_names(sample, names), len(sample))
    values, counts = np.unique(reference, return_counts=True)
    edges = doane_edges(values, counts)
    return lambda sample: _with_rest(np.histogram(np.asarray(sample), bins=edges)[0], len(sample))


def _of_names(sample: Known, names: list[str]) -> Counts:
    found = Counter(sample)
    return np.array([found[name] for name in names], dtype=np.int64)


def _with_rest(counts: Counts, size: int) -> Counts:
    return np.append(counts, size - counts.sum())


def _distance(one: Counts, two: Counts) -> float:
    return float(jensen_shannon(Counted(one, two, np.arange(len(one), dtype=np.float64))))
