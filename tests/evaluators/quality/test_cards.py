"""Every quality evaluator has a card, and the card has its settings."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from spanglass_evaluators.quality.registrations import REGISTRATIONS, WINDOW_REGISTRATIONS
from tests.evaluators.quality.extras import NEEDS_OVERLAP, skip_without_overlap

DOCS = Path(__file__).parents[3] / "docs" / "evaluators"
INDEX = (DOCS / "README.md").read_text(encoding="utf-8")


def card_of(name: str) -> str:
    """The page that the index links from the row of this evaluator."""
    row = next(line for line in INDEX.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1])
    found = re.search(r"\[card\]\((\S+)\)", row)
    assert found
    return (DOCS / found.group(1)).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [registration.name for registration in REGISTRATIONS])
def test_settings_stand_on_the_card(name: str) -> None:
    """By the names they have in the file; and the card names the evaluator."""
    if name in NEEDS_OVERLAP:
        skip_without_overlap()
    evaluator = next(r for r in REGISTRATIONS if r.name == name).build({})
    card = card_of(name)

    assert f"{name}" in card
    assert [f.name for f in fields(evaluator.config) if f"`{f.name}`" not in card] == []


@pytest.mark.parametrize("name", [registration.name for registration in WINDOW_REGISTRATIONS])
def test_settings_of_windows_stand_on_the_card(name: str) -> None:
    """The same for evaluators of windows."""
    evaluator = next(r for r in WINDOW_REGISTRATIONS if r.name == name).build({}, name)

    assert [f.name for f in fields(evaluator.config) if f"`{f.name}`" not in card_of(name)] == []
