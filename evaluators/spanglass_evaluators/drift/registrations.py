"""The evaluators behind `[[drift]]`, `[[stream]]` and `[[expected_performance]]`.

Without any table, the last day is compared with the one before.
"""

from __future__ import annotations

from spanglass_evaluators.contract import WindowEvaluator
from spanglass_evaluators.registration import Options, WindowRegistration, configured


def _drift(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.drift.config import DriftConfig
    from spanglass_evaluators.drift.drift import Drift

    return Drift(configured(DriftConfig, options, where))


def _stream(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.drift.streams import StreamConfig, StreamDrift

    return StreamDrift(configured(StreamConfig, options, where))


def _expected_performance(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.drift.performance import PerformanceConfig, PerformanceDrift

    return PerformanceDrift(configured(PerformanceConfig, options, where))


WINDOW_REGISTRATIONS = (
    WindowRegistration("drift", _drift, by_default=({},)),
    WindowRegistration("stream", _stream),
    WindowRegistration("expected_performance", _expected_performance),
)
