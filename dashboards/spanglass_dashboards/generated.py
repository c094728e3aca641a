"""Every dashboard as the text of its JSON file; a new dashboard is a line in `_DASHBOARDS`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from spanglass_dashboards.overview.dashboard import overview

_DASHBOARDS: dict[str, Callable[[], dict[str, Any]]] = {"overview.json": overview}


def dashboards() -> dict[str, str]:
    """File name → JSON text. The same on every call: nothing in it depends on time or place."""
    return {name: json.dumps(build(), indent=2, ensure_ascii=False) + "\n" for name, build in _DASHBOARDS.items()}
