"""The evaluators and the alerts, with the settings and the store of this invocation."""

from __future__ import annotations

import os
import threading

from spanglass_app.alerting import alert_config
from spanglass_app.metrics_page import served
from spanglass_app.settings import Settings
from spanglass_collector import alerts
from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.meters import AlertMeters
from spanglass_evaluators import config as evaluation
from spanglass_evaluators import process
from spanglass_evaluators.engine.progress import OnProgress, ignore_progress
from spanglass_evaluators.meters import EvaluatorMeters


def check(settings: Settings) -> None:
    """Raises EvaluationError or ConfigurationError for settings with which the workers could not start."""
    evaluation.from_mapping(settings.file)
    open_channels(alert_config(settings).channels, os.environ)


def run_evaluators(
    settings: Settings, stop: threading.Event, *, once: bool = False, on_progress: OnProgress = ignore_progress
) -> process.RunReport:
    """Until `stop`, or once. Raises EvaluationError for wrong settings; with `once`, StoreUnavailable, too."""
    chosen = evaluation.from_mapping(settings.file)
    meters = EvaluatorMeters()
    with served(meters.registry, None if once else settings.evaluators_metrics):
        return process.run(
            settings.client_store_url, chosen, once=once, on_progress=on_progress, stop_event=stop, meters=meters
        )


def run_alerts(settings: Settings, stop: threading.Event) -> None:
    """Until `stop`. Raises ConfigurationError for wrong rules or channels."""
    meters = AlertMeters()
    with served(meters.registry, settings.alerts_metrics):
        alerts.run(settings.client_store_url, alert_config(settings), stop, meters=meters)
