"""Writes the committed dashboards as TypeScript literals, typed with what @grafana/schema publishes for one version.

    python dashboards/typecheck/literals.py schema12 > dashboards.ts

Literals, because TypeScript refuses unknown properties of literals alone. Enums of the schema are taken by value.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENERATED = Path(__file__).resolve().parents[1] / "grafana"
PANEL_TYPES = {
    "stat": "stat/panelcfg/x/StatPanelCfg_types.gen",
    "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen",
    "table": "table/panelcfg/x/TablePanelCfg_types.gen",
    "barchart": "barchart/panelcfg/x/BarChartPanelCfg_types.gen",
    "status-history": "statushistory/panelcfg/x/StatusHistoryPanelCfg_types.gen",
}
"""The trace panel has no options and publishes no types."""
_PRELUDE = """
type Loose<T> = T extends string ? `${T}` : T extends number ? number : T extends (infer U)[] ? Loose<U>[]
  : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;
"""


def main(schema: str) -> None:
    print(f"import type * as root from '{schema}';")
    for kind, module in PANEL_TYPES.items():
        print(f"import type * as {_name(kind)} from './node_modules/{schema}/dist/esm/raw/composable/{module}';")
    print(_PRELUDE)
    for number, (path, dashboard) in enumerate((path, json.loads(path.read_text())) for path in _files()):
        for annotation in dashboard["annotations"]["list"]:  # the schema knows nothing of a plugin's own words here
            del annotation["target"]
        print(f"// {path.name}\nconst dashboard{number}: Loose<root.Dashboard> = {_literal(dashboard)};")
        for panel in dashboard["panels"]:
            print("\n".join(_panel(f"{number}_{panel['id']}", panel)))


def _files() -> list[Path]:
    return sorted(GENERATED.glob("*.json"))


def _panel(number: str, panel: dict[str, Any]) -> Iterator[str]:
    """Its options and the part of its fields that belongs to its kind."""
    kind = panel["type"]
    if kind not in PANEL_TYPES:
        return
    yield f"const options{number}: Loose<Partial<{_name(kind)}.Options>> = {_literal(panel['options'])};"
    custom = panel["fieldConfig"]["defaults"].get("custom")
    if custom and kind != "table":
        yield f"const custom{number}: Loose<Partial<{_name(kind)}.FieldConfig>> = {_literal(custom)};"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _name(kind: str) -> str:
    return kind.replace("-", "_")


if __name__ == "__main__":
    main(sys.argv[1])
