"""Every kind of rule, in one list: a file here reads the keys that are its own and builds the question."""

from __future__ import annotations

from collections.abc import Callable

from spanglass_collector.alerts.kinds import (
    absence,
    anomaly,
    budget,
    burn_rate,
    evaluator_lag,
    loss_ledger,
    threshold,
    windows,
)
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

KINDS: dict[str, Callable[[Table], Subject]] = {
    "threshold": threshold.read,
    "anomaly": anomaly.read,
    "burn_rate": burn_rate.read,
    "drift": windows.read_drift,
    "group_gap": windows.read_group_gap,
    "absence": absence.read,
    "budget": budget.read,
    "evaluator_lag": evaluator_lag.read,
    "loss_ledger": loss_ledger.read,
}
