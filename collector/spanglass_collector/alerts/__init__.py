"""Alerts: rules over what is stored, said once to the people who must know.

Read in the order a page takes: rules.py and kinds/ (what to watch) → question.py (as SQL) → observe.py (samples) →
state.py (pending, firing, resolved; pure) → quiet.py (what need not be said) → pages.py (what is said together) →
evaluate.py (one pass, written down) → outbox.py and deliver.py (said at least once) → channels/ (how PagerDuty and
others want to hear it). service.py runs all of it; replay.py asks what would have been said; export/ writes the rules
for Grafana and Prometheus; testing.py is a receiver that answers like PagerDuty does.
"""

from spanglass_collector.alerts.rule import Rule
from spanglass_collector.alerts.rules import AlertConfig, from_mapping
from spanglass_collector.alerts.service import PassReport, run, run_once

__all__ = ["AlertConfig", "PassReport", "Rule", "from_mapping", "run", "run_once"]
