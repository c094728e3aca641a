"""95 % intervals for the tables."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_Z = 1.959964
_RESAMPLES = 400


def wilson(hits: int, total: int) -> str:
    """``share [low, high]`` by Wilson's score interval."""
    if total == 0:
        return "-"
    share = hits / total
    centre = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    half = _Z / (1 + _Z**2 / total) * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return f"{share:.3f} [{max(centre - half, 0):.3f}, {min(centre + half, 1):.3f}]"


def bootstrap(statistic: Callable[..., float], labels: npt.NDArray[np.bool_], scores: Floats) -> str:
    """``value [low, high]`` of a ranking statistic by resampling texts within each class, seed fixed."""
    random = np.random.default_rng(0)
    classes = [np.flatnonzero(labels), np.flatnonzero(~labels)]
    values = []
    for _ in range(_RESAMPLES):
        drawn = np.concatenate([random.choice(of_class, len(of_class)) for of_class in classes])
        values.append(statistic(labels[drawn], scores[drawn]))
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{statistic(labels, scores):.3f} [{low:.3f}, {high:.3f}]"
