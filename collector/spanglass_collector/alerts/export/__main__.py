"""Writes the files that are generated from the shipped rules, or says which committed one is out of date:

python -m spanglass_collector.alerts.export build|check
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from spanglass_collector.alerts.export import grafana, prometheus
from spanglass_collector.alerts.rules import AlertConfig, default_rules

REPOSITORY = Path(__file__).resolve().parents[4]
_PROJECT = "default"


def generated() -> dict[str, str]:
    """Path in the repository → text. The same on every call."""
    config = AlertConfig(rules=default_rules())
    return {
        "dashboards/provisioning/alerting/spanglass.yaml": grafana.render(config, _PROJECT),
        "deploy/prometheus/spanglass-rules.yml": prometheus.render(config, ""),
    }


def main(arguments: Sequence[str]) -> int:
    """0 when built or current, 1 when a committed file is out of date, 2 for a wrong argument."""
    if list(arguments) not in (["build"], ["check"]):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    stale = [name for name, text in generated().items() if not _holds(REPOSITORY / name, text)]
    if arguments[0] == "check":
        for name in stale:
            sys.stderr.write(f"{name} is out of date: run python -m spanglass_collector.alerts.export build\n")
        return 1 if stale else 0
    for name in stale:
        path = REPOSITORY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated()[name], encoding="utf-8")
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
