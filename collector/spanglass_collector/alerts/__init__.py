"""Alerts: rules over what is stored, said once to the people who must know.

Read in the order a page takes: rules.py (what to watch) → question.py (as SQL) → observe.py (samples) →
state.py (pending, firing, resolved; pure) → evaluate.py (one pass, written down) → outbox.py and deliver.py
(said at least once) → channels/ (how PagerDuty and others want to hear it). service.py runs all of it;
testing.py is a receiver that answers like PagerDuty does.
"""

from spanglass_collector.alerts.rules import AlertConfig, Rule, from_mapping
from spanglass_collector.alerts.service import PassReport, run, run_once

__all__ = ["AlertConfig", "PassReport", "Rule", "from_mapping", "run", "run_once"]
