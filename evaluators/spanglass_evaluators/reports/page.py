"""The page: evidently's presets over two windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanglass_evaluators.contract import Window
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.reports.frames import LEAST_ROWS, Frames, frames_of
from spanglass_evaluators.reports.two_sample import CATEGORIES, NUMBERS, register

PRESETS = ("drift", "summary")


@dataclass(frozen=True, slots=True)
class Page:
    """The HTML, complete in itself; each column's p-value before adjustment; columns without enough values."""

    html: str
    p_values: Mapping[str, float]
    left_out: Sequence[str]


def drift_page(
    reference: Window,
    current: Window,
    *,
    presets: Sequence[str] = ("drift",),
    alpha: float = 0.05,
    methods: tuple[str, str] = (NUMBERS, CATEGORIES),
) -> Page:
    """Raises ConfigurationError where evidently is not installed, or no column has enough values.

    `methods`: names of evidently's tests for numbers and for categories; ours unless asked otherwise. evidently
    does not adjust for the number of columns; our own verdict (drift.py) does.
    """
    frames = frames_of(reference, current)
    if not frames.numerical and not frames.categorical:
        raise ConfigurationError(
            f"no column has {LEAST_ROWS} values in both windows: {', '.join(frames.left_out) or 'no columns'}. "
            "Take longer windows or other features"
        )
    snapshot = _run(frames, _metrics(presets, alpha, methods))
    return Page(snapshot.get_html_str(as_iframe=False), _p_values(snapshot.dict()), frames.left_out)


def _metrics(presets: Sequence[str], alpha: float, methods: tuple[str, str]) -> list[Any]:
    try:
        from evidently.presets import DataDriftPreset, DataSummaryPreset
    except ImportError as error:
        raise ConfigurationError(f'reports need evidently ({error}): pip install "spanglass[reports]"') from error
    register()
    unknown = [name for name in presets if name not in PRESETS]
    if unknown:
        raise ConfigurationError(f"no preset {unknown[0]!r}: use {', '.join(PRESETS)}")
    built = {
        "drift": lambda: DataDriftPreset(
            num_method=methods[0], cat_method=methods[1], num_threshold=alpha, cat_threshold=alpha
        ),
        "summary": DataSummaryPreset,
    }
    return [built[name]() for name in presets]


def _run(frames: Frames, metrics: list[Any]) -> Any:
    from evidently import DataDefinition, Dataset, Report

    definition = DataDefinition(numerical_columns=list(frames.numerical), categorical_columns=list(frames.categorical))
    current, reference = (
        Dataset.from_pandas(frame, data_definition=definition) for frame in (frames.current, frames.reference)
    )
    return Report(metrics).run(current, reference)


def _p_values(result: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for metric in result["metrics"]:
        config = metric.get("config", {})
        if config.get("type", "").endswith("ValueDrift"):
            found[str(config["column"])] = float(metric["value"])
    return found
