"""Rows of the labelled sets, and the scripts that fit weights: figures of rows that no weight has seen need them."""

from __future__ import annotations

import gzip
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_TRAINING = Path(__file__).resolve().parents[2] / "evaluators" / "training"


def read_rows(data: Path, name: str) -> list[dict[str, Any]]:
    """JSON lines of a file under the folder of data."""
    with gzip.open(data / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def training_script(name: str) -> Any:
    """A module of evaluators/training, which are scripts and no package."""
    if str(_TRAINING) not in sys.path:
        sys.path.append(str(_TRAINING))
    return import_module(name)
