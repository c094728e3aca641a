"""Turns margins into probabilities and picks the threshold, from out-of-fold margins only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from labelled_sets import Example
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float64]

# Toxic answers are rare in production, so false alarms cost more there than in the balanced mix.
PRECISION = 0.97


@dataclass(frozen=True)
class Calibration:
    """``value = sigmoid(slope * margin + intercept)``; toxic from ``threshold`` (on the value) up."""

    slope: float
    intercept: float
    threshold: float
    recall: float

    def values(self, margins: Floats) -> Floats:
        return 1 / (1 + np.exp(-(self.slope * margins + self.intercept)))


def balance(examples: Sequence[Example]) -> Floats:
    """Weights under which half of the texts are toxic, and within each half every source weighs the same."""
    cells = [(example.toxic, example.source) for example in examples]
    sizes = {cell: cells.count(cell) for cell in set(cells)}
    sources = {label: sum(cell[0] is label for cell in sizes) for label in (True, False)}
    return np.array([0.5 / sources[cell[0]] / sizes[cell] for cell in cells])


def calibrate(margins: Floats, examples: Sequence[Example]) -> Calibration:
    """Platt scaling on the balanced mix; the lowest threshold whose precision on that mix is PRECISION."""
    toxic = np.array([example.toxic for example in examples])
    weights = balance(examples)
    platt = LogisticRegression(C=1e6).fit(margins[:, None], toxic, sample_weight=weights * len(weights))
    slope, intercept = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    order = np.argsort(-margins, kind="stable")
    hits, misses = (np.cumsum((weights * chosen)[order]) for chosen in (toxic, ~toxic))
    last = int(np.flatnonzero(hits / (hits + misses) >= PRECISION)[-1])
    lowest = slope * margins[order[last]] + intercept
    return Calibration(slope, intercept, float(1 / (1 + np.exp(-lowest))), float(hits[last] * 2))
