"""Correlation of a score with human labels with a third thing held fixed: which system wrote the text.

Without that, a score that merely tells good systems from bad ones looks as if it could judge their texts (Pagnoni et
al. 2021, FRANK).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spanglass_evaluators.judge.calibration.estimate import Estimate, Numbers, Rows, bootstrapped, correlation


def partial_correlation(score: Sequence[float], human: Sequence[float], held: Sequence[object]) -> Estimate | None:
    """Pearson's r of both without the means of their groups (`held`); None where one does not vary within them."""
    x, y = np.asarray(score, dtype=np.float64), np.asarray(human, dtype=np.float64)
    groups = np.unique(np.asarray([str(each) for each in held]), return_inverse=True)[1]
    one_hot = np.eye(int(groups.max()) + 1)[groups]

    def within(rows: Rows) -> Numbers:
        return np.array([_within(x[row], y[row], one_hot[row]) for row in rows])

    value = _within(x, y, one_hot)
    return bootstrapped(value, within, len(x)) if np.isfinite(value) else None


def _within(x: Numbers, y: Numbers, one_hot: Numbers) -> float:
    counts = one_hot.sum(axis=0)
    counts[counts == 0] = 1
    rest = [a - one_hot @ ((one_hot.T @ a) / counts) for a in (x, y)]
    return float(correlation(rest[0], rest[1]))
