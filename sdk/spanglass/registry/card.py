"""A model version's card: what is known, in Markdown; what is not known is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ROWS = (
    ("Base model", "base_model"),
    ("Quantisation", "quantisation"),
    ("Training run", "run_id"),
    ("Dataset digest", "dataset_digest"),
    ("Lineage", "lineage_id"),
    ("Artifact", "uri"),
    ("Digest (SHA-256)", "digest"),
    ("Size", "size_bytes"),
    ("Registered", "created_at"),
)


def model_card(record: Mapping[str, Any], notes: str = "") -> str:
    """`record` is a `model_version` record."""
    facts = [f"| {title} | {_shown(name, record[name])} |" for title, name in _ROWS if record.get(name)]
    sections = [f"# {record['model']}@{record['version']}", "\n".join(["| | |", "|---|---|", *facts])]
    if evaluation := record.get("evaluation"):
        numbers = [f"| {name} | {value:.6g} |" for name, value in sorted(evaluation.items())]
        sections.append("\n".join(["## Evaluation", "", "| metric | value |", "|---|---|", *numbers]))
    if adapter := record.get("adapter"):
        sections.append(f"## Adapter\n\n```json\n{adapter}\n```")
    if notes:
        sections.append(f"## Notes\n\n{notes.strip()}")
    return "\n\n".join(sections) + "\n"


def _shown(name: str, value: Any) -> str:
    if name == "size_bytes":
        return f"{value / 1e6:,.1f} MB"
    return str(value).replace("|", "\\|")
