"""The same rules for those who prefer others to evaluate or deliver them: one file a format."""

from __future__ import annotations

from collections.abc import Callable

from spanglass_collector.alerts.export import alertmanager, grafana, prometheus
from spanglass_collector.alerts.rules import AlertConfig

FORMATS: dict[str, Callable[[AlertConfig, str], str]] = {
    "grafana": grafana.render,
    "prometheus": prometheus.render,
    "alertmanager": alertmanager.render,
}
"""Format → text of its file, from the configuration and the project."""
