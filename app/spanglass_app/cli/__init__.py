"""The `spanglass` command. Each module adds the commands of one purpose to `app`."""

from spanglass_app.cli import dashboards, data, dataset, demo, evaluate, lifecycle, serve
from spanglass_app.cli.root import app

__all__ = ["app", "dashboards", "data", "dataset", "demo", "evaluate", "lifecycle", "serve"]
