"""Win rates of pairwise verdicts, plain and with the length of the answers held equal.

Length control after Dubois et al. (2024): a logistic model of "the answer wins" with three terms, the model itself,
tanh of the standardised difference of the lengths, and how hard the instruction is; the win rate is then asked at no
difference of length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from spanglass_evaluators.judge.calibration.estimate import Estimate, Numbers, bootstrapped


def win_rate(preferences: Sequence[float]) -> Estimate:
    """Mean preference for the answer in percent (1: it wins, 0: the other does); interval over items."""
    wins = 100 * np.asarray(preferences, dtype=np.float64)
    return bootstrapped(float(wins.mean()), lambda rows: wins[rows].mean(axis=-1), len(wins))


def standard_error(preferences: Sequence[float]) -> float:
    """Of the win rate, in percentage points."""
    wins = 100 * np.asarray(preferences, dtype=np.float64)
    return float(wins.std(ddof=1) / np.sqrt(len(wins)))


def length_term(length: Numbers, other: Numbers) -> Numbers:
    """tanh of the difference in its own standard deviations: a few endless answers do not decide the fit."""
    difference = length - other
    spread = difference.std()
    term: Numbers = np.tanh(difference / spread) if spread > 0 else np.zeros_like(difference)
    return term


def instruction_difficulty(preferences: Numbers, terms: Numbers, *, rounds: int = 6, ridge: float = 1.0) -> Numbers:
    """How hard each instruction is, for the models in `preferences` (models, items); nan: not answered.

    Fitted in turns: every model's intercept and length weight, then every instruction's shift. Centred.
    """
    difficulty = np.zeros(preferences.shape[1])
    for _ in range(rounds):
        offsets = np.array([_offset(p, t, difficulty) for p, t in zip(preferences, terms, strict=True)])
        difficulty = _shifts(preferences, offsets, difficulty, ridge)
        difficulty -= difficulty.mean()
    return difficulty


def length_controlled_win_rate(
    preferences: Numbers, terms: Numbers, difficulty: Numbers, *, ridge: float = 0.1
) -> float:
    """In percent: the mean predicted preference at the same length."""
    weights = _fit(
        np.column_stack([np.ones_like(terms), terms, difficulty]), preferences, np.array([0.0, ridge, ridge])
    )
    return float(100 * expit(weights[0] + weights[2] * difficulty).mean())


def _offset(preferences: Numbers, terms: Numbers, difficulty: Numbers) -> Numbers:
    seen = np.isfinite(preferences)
    design = np.column_stack([np.ones_like(terms), terms, difficulty])
    weights = _fit(design[seen], preferences[seen], np.array([0.0, 0.1, 0.1]))
    offset: Numbers = design[:, :2] @ weights[:2]
    return offset


def _shifts(preferences: Numbers, offsets: Numbers, start: Numbers, ridge: float) -> Numbers:
    """One Newton step a time for all instructions at once; few models each, so shrunk to 0."""
    shifts: Numbers = start.copy()
    seen = np.isfinite(preferences)
    wins = np.where(seen, preferences, 0.0)
    for _ in range(8):
        p = np.where(seen, expit(offsets + shifts), 0.0)
        gradient = (wins - p).sum(axis=0) - ridge * shifts
        shifts += gradient / ((p * (1 - p)).sum(axis=0) + ridge)
    return shifts


def _fit(design: Numbers, wins: Numbers, ridge: Numbers) -> Numbers:
    """Logistic regression on fractional wins."""

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        z = design @ weights
        value = float((np.logaddexp(0, z) - wins * z).sum() + (ridge * weights**2).sum() / 2)
        return value, design.T @ (expit(z) - wins) + ridge * weights

    found: Numbers = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x
    return found
