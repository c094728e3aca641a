"""Packages that only the training extras bring."""

from __future__ import annotations

import importlib
import os
from typing import Any

import pytest


def needs(name: str) -> Any:
    """The module. Skips where it is not installed, and fails in CI, which installs it."""
    if os.environ.get("CI"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed: run make .venv/.ready-lifecycle")
