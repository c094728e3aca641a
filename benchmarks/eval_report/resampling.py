"""Intervals of the report: Wilson's of a share, and by resampling of a ranking statistic; seeds are fixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.measured import Measured

_RESAMPLES = 500


def share(right: Sequence[bool], evaluator: str, data: str, metric: str, **more: Any) -> Measured:
    """A share with Wilson's interval."""
    low, high = proportion_confint(sum(right), len(right), method="wilson")
    return Measured(evaluator, data, metric, sum(right) / len(right), len(right), low=low, high=high, **more)


def auroc(labels: Sequence[bool], scores: Sequence[float], evaluator: str, data: str, **more: Any) -> Measured:
    """AUROC, with an interval from resampling rows within each class."""
    low, high = resampled(roc_auc_score, labels, scores)
    value = float(roc_auc_score(labels, scores))
    metric = more.pop("metric", "AUROC")
    return Measured(evaluator, data, metric, value, len(labels), low=low, high=high, **more)


def resampled(statistic: Callable[..., float], labels: Sequence[bool], scores: Sequence[float]) -> tuple[float, float]:
    """95 % interval of a statistic of labels and scores."""
    random, truth, values = np.random.default_rng(0), np.asarray(labels, bool), np.asarray(scores, float)
    classes = [np.flatnonzero(truth), np.flatnonzero(~truth)]
    found = []
    for _ in range(_RESAMPLES):
        drawn = np.concatenate([random.choice(rows, len(rows)) for rows in classes])
        found.append(statistic(truth[drawn], values[drawn]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
