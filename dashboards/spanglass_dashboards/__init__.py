"""Dashboards as code: one folder a dashboard, one SQL file a panel, Grafana JSON generated and committed.

Read overview/dashboard.py for what is shown, panel.py and variables.py for how it becomes JSON, macros.py
for what Grafana's ClickHouse plugin makes of the SQL. `python -m spanglass_dashboards build` writes the
JSON, `check` says whether the committed one is current.
"""

from spanglass_dashboards.generated import dashboards

__all__ = ["dashboards"]
