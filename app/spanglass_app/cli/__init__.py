"""The `spanglass` command. Each module adds the commands of one purpose to `app`."""

from spanglass_app.cli import (
    alerts,
    compare,
    cost,
    dashboards,
    data,
    dataset,
    demo,
    drift,
    evaluate,
    exchange,
    fairness,
    keys,
    lifecycle,
    reprice,
    serve,
    silence,
    spool,
)
from spanglass_app.cli.root import app

__all__ = [
    "alerts",
    "app",
    "compare",
    "cost",
    "dashboards",
    "data",
    "dataset",
    "demo",
    "drift",
    "evaluate",
    "exchange",
    "fairness",
    "keys",
    "lifecycle",
    "reprice",
    "serve",
    "silence",
    "spool",
]
