"""Presidio's recognisers behind the same findings; skipped where it is not installed, but not in CI."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.safety import presidio
from spanglass_evaluators.safety.evaluators import personal_finder
from spanglass_evaluators.safety.settings import PiiConfig

TEXT = "Mail jane.doe@example.org, card 4111 1111 1111 1111, DE89370400440532013000, from 192.0.2.7."

if not presidio.is_installed() and not os.environ.get("CI"):
    pytest.skip("presidio is not installed: pip install 'spanglass[pii]'", allow_module_level=True)


@pytest.fixture(scope="module")
def recognisers() -> presidio.Presidio:
    return presidio.Presidio("none")


def test_its_recognisers_run_without_a_language_model_and_without_the_network(
    recognisers: presidio.Presidio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own defaults would fetch a model, and the list of domain endings."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    found = {(f.kind, TEXT[f.start : f.end]) for f in recognisers.find(TEXT) if f.confidence >= 0.4}

    assert found >= {
        ("email", "jane.doe@example.org"), ("card", "4111 1111 1111 1111"), ("iban", "DE89370400440532013000"),
        ("ip", "192.0.2.7"),
    }  # fmt: skip


def test_auto_takes_it_when_it_is_there() -> None:
    """The digest of the settings then says so."""
    find, chosen = personal_finder(PiiConfig(engine="auto", language_model="none"))

    assert chosen.engine == "presidio"
    assert "email" in [one.kind for one in find(TEXT)]


def test_a_language_model_finds_names(tmp_path: Path) -> None:
    """Any spaCy pipeline that names persons; here one of a single rule."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Ada Lovelace"}])  # type: ignore[attr-defined]
    pipeline.to_disk(tmp_path / "model")

    found = presidio.Presidio(str(tmp_path / "model")).find("I met Ada Lovelace.")

    assert [f[:3] for f in found] == [("person", 6, 18)]


def test_a_missing_language_model_is_told() -> None:
    """With what to do."""
    with pytest.raises(ConfigurationError, match="no spaCy model on this machine"):
        presidio.Presidio("no_such_model")
