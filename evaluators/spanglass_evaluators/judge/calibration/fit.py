"""Fits a judge's values to human labels: isotonic, Platt, or the mean where the judge knows nothing.

Which one is chosen on rows that were not fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.calibration.estimate import Numbers
from spanglass_evaluators.judge.calibration.map import CalibrationMap

LEAST_LABELS = 30
_FOLDS, _ROUNDS = 5, 4
_RIDGE = 100.0
"""Inverse penalty of the slope: keeps a judge that is always right from an infinite one."""


def fit_map(judge: Sequence[float], human: Sequence[float], method: str = "auto") -> CalibrationMap:
    """`auto` takes the simplest method that no other beats by more than chance would. Raises ConfigurationError.

    Labels may be 0 and 1 or any ordered numbers; the map ends in their range.
    """
    x, y = np.asarray(judge, dtype=np.float64), np.asarray(human, dtype=np.float64)
    if len(x) < LEAST_LABELS:
        raise ConfigurationError(f"{len(x)} labelled items are too few to fit a judge: label at least {LEAST_LABELS}")
    if np.ptp(y) == 0:
        raise ConfigurationError("people labelled all items alike: a fit needs items of both kinds")
    low, high = float(y.min()), float(y.max())
    errors = cross_validated(x, (y - low) / (high - low))
    chosen = _simplest(errors) if method == "auto" else method
    if chosen not in METHODS:
        raise ConfigurationError(f"method = {method!r}: use auto, {', '.join(METHODS)}")
    scaled = METHODS[chosen](x, (y - low) / (high - low))
    points = tuple((px, low + (high - low) * py) for px, py in scaled.points)
    shown = {name: round(float(each.mean()) * (high - low) ** 2, 6) for name, each in errors.items()}
    return replace(scaled, points=points, low=low, high=high, n=len(x), errors=shown)


def held_out(x: Numbers, y: Numbers, fit: Callable[[Numbers, Numbers], CalibrationMap], seed: int = 0) -> Numbers:
    """What maps that never saw a row say of it."""
    said = np.empty(len(x))
    for train, test in KFold(_FOLDS, shuffle=True, random_state=seed).split(x):
        fitted = fit(x[train], y[train])
        said[test] = [fitted.apply(value) for value in x[test]]
    return said


def cross_validated(x: Numbers, y: Numbers) -> dict[str, Numbers]:
    """Squared error of every row by method, over four rounds of five folds; `raw`: the judge's value as it is."""
    errors: dict[str, Numbers] = {"raw": (x - y) ** 2}
    for name, fit in METHODS.items():
        rounds = [(held_out(x, y, fit, seed) - y) ** 2 for seed in range(_ROUNDS)]
        errors[name] = np.mean(rounds, axis=0, dtype=np.float64)
    return errors


def _simplest(errors: Mapping[str, Numbers]) -> str:
    """From the simplest on; another one must be better by twice the standard error of the difference."""
    chosen = SIMPLEST_FIRST[0]
    for name in SIMPLEST_FIRST[1:]:
        gain = errors[chosen] - errors[name]
        if gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(len(gain)):
            chosen = name
    return chosen


def _isotonic(x: Numbers, y: Numbers) -> CalibrationMap:
    if np.ptp(x) == 0:
        return _mean(x, y)
    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(x, y)
    points = tuple(zip(map(float, fitted.X_thresholds_), map(float, fitted.y_thresholds_), strict=True))
    return CalibrationMap("isotonic", points=points)


def _platt(x: Numbers, y: Numbers) -> CalibrationMap:
    """A label between the ends counts for both, by its distance. A judge that is worse than chance gets a level map."""
    both = np.concatenate([x, x])[:, None]
    weights = np.concatenate([y, 1 - y])
    fitted = LogisticRegression(C=_RIDGE).fit(both, np.repeat([1, 0], len(x)), sample_weight=weights)
    slope = float(fitted.coef_[0, 0])
    if slope <= 0 or not 0 < y.mean() < 1:
        return _mean(x, y)
    return CalibrationMap("platt", slope=slope, intercept=float(fitted.intercept_[0]))


def _mean(x: Numbers, y: Numbers) -> CalibrationMap:
    return CalibrationMap("mean", points=((0.0, float(y.mean())),))


METHODS: Mapping[str, Callable[[Numbers, Numbers], CalibrationMap]] = {
    "isotonic": _isotonic,
    "platt": _platt,
    "mean": _mean,
}
SIMPLEST_FIRST = ("mean", "platt", "isotonic")


def bins_of(said: Numbers, bins: int = 10) -> list[Numbers]:
    """Masks of about equal counts by value; equal values are in one bin, so there may be fewer."""
    edges = np.unique(np.quantile(said, np.linspace(0, 1, bins + 1)[1:-1]))
    places = np.searchsorted(edges, said, side="right")
    return [places == place for place in np.unique(places)]


def calibration_error(said: Numbers, y: Numbers, bins: int = 10) -> float:
    """Expected calibration error (values in [0, 1]): the bins' distance of the two means, by their share."""
    return float(sum(abs(said[part].mean() - y[part].mean()) * part.mean() for part in bins_of(said, bins)))
