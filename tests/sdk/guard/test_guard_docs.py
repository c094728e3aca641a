"""docs/sdk/guard.md names every check that is installed, and every argument of the guard."""

from __future__ import annotations

import inspect
from importlib.metadata import entry_points
from pathlib import Path

import spanglass
from spanglass.guarded.checks import GROUP

PAGE = (Path(__file__).parents[3] / "docs" / "sdk" / "guard.md").read_text(encoding="utf-8")


def test_every_check_is_documented_with_its_options() -> None:
    """Entry points of this package."""
    ours = [entry for entry in entry_points(group=GROUP) if entry.value.startswith("spanglass_evaluators")]

    missing = [
        word
        for entry in ours
        for word in (entry.name, *inspect.signature(entry.load()).parameters)
        if f"`{word}`" not in PAGE
    ]

    assert len(ours) >= 8
    assert missing == []


def test_every_argument_is_documented() -> None:
    """By its name."""
    arguments = list(inspect.signature(spanglass.guard.__init__).parameters)[1:]

    assert [name for name in arguments if name not in PAGE] == []
