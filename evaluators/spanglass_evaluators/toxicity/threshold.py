"""A threshold for the user's own texts: the lowest that flags at most a wanted share of those that are clean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from statsmodels.stats.proportion import proportion_confint

from spanglass_evaluators.errors import EvaluationError

Floats = npt.NDArray[np.float64]

_RESAMPLES = 1000


class TooFewLabels(EvaluationError):
    """The labels cannot carry the wanted rate; the message says how many would."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson)."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """`low`/`high`: 95 % of resamples of the labels (bootstrap within each class) put the threshold in between.

    `false_positives` and `found` are measured on the texts the threshold was chosen on: a little flattering.
    """

    value: float
    low: float
    high: float
    false_positives: Share
    found: Share


def calibrate_threshold(
    values: Sequence[float], positive: Sequence[bool], max_fpr: float, *, seed: int = 0
) -> Threshold:
    """Flagged is what has at least the threshold. Raises TooFewLabels, ValueError for a rate outside (0, 1)."""
    if not 0 < max_fpr < 1:
        raise ValueError(f"max_fpr is a share between 0 and 1, not {max_fpr}")
    scores, truth = np.asarray(values, float), np.asarray(positive, bool)
    clean, found = np.sort(scores[~truth]), np.sort(scores[truth])
    needed = int(np.ceil(1 / max_fpr))
    if len(clean) < needed or not len(found):
        raise TooFewLabels(
            f"{len(clean)} clean and {len(found)} positive texts: a false-positive rate of {max_fpr:g} needs at least "
            f"{needed} clean ones and one positive; label more, or allow a higher rate"
        )
    value = _lowest(clean, max_fpr)
    random = np.random.default_rng(seed)
    drawn = [_lowest(np.sort(random.choice(clean, len(clean))), max_fpr) for _ in range(_RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Threshold(value, float(low), float(high), _share(clean >= value), _share(found >= value))


def _lowest(clean: Floats, max_fpr: float) -> float:
    """Just above the highest clean value that must not be flagged; values are rounded up to 6 digits."""
    allowed = int(np.floor(max_fpr * len(clean)))
    highest_unflagged = clean[len(clean) - allowed - 1]
    return float(np.floor(highest_unflagged * 1e6) / 1e6 + 1e-6)


def _share(hits: npt.NDArray[np.bool_]) -> Share:
    low, high = proportion_confint(int(hits.sum()), len(hits), method="wilson")
    return Share(float(hits.mean()), float(low), float(high), len(hits))
