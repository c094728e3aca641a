"""The evaluators and the alerts, with the settings and the store of this invocation."""

from __future__ import annotations

import os
import threading

from spanglass_app.settings import Settings
from spanglass_collector import alerts
from spanglass_collector.alerts.channels import open_channels
from spanglass_evaluators import config as evaluation
from spanglass_evaluators import process
from spanglass_evaluators.engine.progress import OnProgress, ignore_progress


def check(settings: Settings) -> None:
    """Raises EvaluationError or ConfigurationError for settings with which the workers could not start."""
    evaluation.from_mapping(settings.file)
    open_channels(alerts.from_mapping(settings.file).channels, os.environ)


def run_evaluators(
    settings: Settings, stop: threading.Event, *, once: bool = False, on_progress: OnProgress = ignore_progress
) -> process.RunReport:
    """Until `stop`, or once. Raises EvaluationError for wrong settings; with `once`, StoreUnavailable, too."""
    chosen = evaluation.from_mapping(settings.file)
    return process.run(settings.client_store_url, chosen, once=once, on_progress=on_progress, stop_event=stop)


def run_alerts(settings: Settings, stop: threading.Event) -> None:
    """Until `stop`. Raises ConfigurationError for wrong rules or channels."""
    alerts.run(settings.client_store_url, alerts.from_mapping(settings.file), stop)
