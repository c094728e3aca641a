"""Every dashboard as the text of its JSON file; a new dashboard is a line in `_DASHBOARDS`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from spanglass_dashboards.cost.dashboard import cost
from spanglass_dashboards.drift.dashboard import drift
from spanglass_dashboards.fairness.dashboard import fairness
from spanglass_dashboards.itself.dashboard import itself
from spanglass_dashboards.overview.dashboard import overview
from spanglass_dashboards.quality.dashboard import quality
from spanglass_dashboards.safety.dashboard import safety
from spanglass_dashboards.traces.dashboard import trace_explorer
from spanglass_dashboards.training.dashboard import training

_DASHBOARDS: dict[str, Callable[[], dict[str, Any]]] = {
    "overview.json": overview,
    "cost.json": cost,
    "quality.json": quality,
    "safety.json": safety,
    "drift.json": drift,
    "fairness.json": fairness,
    "traces.json": trace_explorer,
    "training.json": training,
    "itself.json": itself,
}


def dashboards() -> dict[str, str]:
    """File name → JSON text. The same on every call: nothing in it depends on time or place."""
    return {name: json.dumps(build(), indent=2, ensure_ascii=False) + "\n" for name, build in _DASHBOARDS.items()}
