"""The `spanglass` command. Each module adds the commands of one purpose to `app`."""

from spanglass_app.cli import (
    alerts,
    compare,
    dashboards,
    data,
    dataset,
    demo,
    evaluate,
    keys,
    lifecycle,
    serve,
    silence,
)
from spanglass_app.cli.root import app

__all__ = [
    "alerts",
    "app",
    "compare",
    "dashboards",
    "data",
    "dataset",
    "demo",
    "evaluate",
    "keys",
    "lifecycle",
    "serve",
    "silence",
]
