"""The drift evaluator behind `[[drift]]`. Without any table, the last day is compared with the one before."""

from __future__ import annotations

from spanglass_evaluators.contract import WindowEvaluator
from spanglass_evaluators.registration import Options, WindowRegistration, configured


def _drift(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.drift.config import DriftConfig
    from spanglass_evaluators.drift.drift import Drift

    return Drift(configured(DriftConfig, options, where))


WINDOW_REGISTRATIONS = (WindowRegistration("drift", _drift, by_default=({},)),)
