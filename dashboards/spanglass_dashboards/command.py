"""Writes the generated JSON, or says which committed file is not what the code generates."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from spanglass_dashboards.generated import dashboards

GENERATED = Path(__file__).resolve().parents[1] / "grafana"


def main(arguments: Sequence[str]) -> int:
    """0 when built or current, 1 when a committed file is out of date."""
    parser = argparse.ArgumentParser(prog="python -m spanglass_dashboards", description=__doc__)
    parser.add_argument("action", choices=("build", "check"))
    parser.add_argument("--out", type=Path, default=GENERATED, help="folder of the JSON files")
    options = parser.parse_args(arguments)
    return build(options.out) if options.action == "build" else check(options.out)


def build(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in dashboards().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def check(folder: Path) -> int:
    stale = [folder / name for name, text in dashboards().items() if not _holds(folder / name, text)]
    for path in stale:
        advice = "run python -m spanglass_dashboards build"
        print(f"{path} is not what the code generates: {advice}", file=sys.stderr)  # noqa: T201  its purpose
    return 1 if stale else 0


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
