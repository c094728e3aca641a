"""`spanglass models prepare` and `list`, as a person calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_evaluators.models.manifest import Manifest, sha256_of


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["models", *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_a_checkpoint_is_prepared_and_listed(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pinned by its digest, it ends in the cache; the list shows its labels and what 8 bits changed."""
    monkeypatch.setenv("SPANGLASS_MODELS", str(tmp_path))
    assert run("list")[1].startswith("none in")

    pin = sha256_of(checkpoint)
    status, output = run("prepare", "detoxify-original", "--checkpoint", str(checkpoint), "--sha256", pin)

    assert status == 0, output
    assert Manifest.load(tmp_path / "detoxify-original").source_sha256 == pin
    assert [path.name for path in tmp_path.iterdir()] == ["detoxify-original"]
    status, output = run("list")
    assert status == 0
    assert "toxicity, severe_toxicity, threat" in output
    assert "int8 0." in output


def test_without_a_checkpoint_it_says_where_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is downloaded: the message has the address and the command."""
    monkeypatch.setenv("SPANGLASS_MODELS", str(tmp_path))
    status, output = run("prepare", "detoxify-original")
    assert status == 1
    assert "nothing is downloaded" in output
    assert "github.com/unitaryai/detoxify" in output


def test_an_unknown_family_is_asked_for() -> None:
    """A name that says nothing needs --family."""
    status, output = run("prepare", "my-model", "--checkpoint", "somewhere")
    assert status == 1
    assert "--family" in output
