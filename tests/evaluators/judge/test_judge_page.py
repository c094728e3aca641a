"""What docs/evaluators/judge.md shows can be copied."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.judge.pairwise import Pairwise
from spanglass_evaluators.judge.rubric import Rubric

PAGE = Path(__file__).parents[3] / "docs" / "evaluators" / "judge.md"


def blocks(language: str) -> list[str]:
    return [part.split("```")[0] for part in PAGE.read_text(encoding="utf-8").split(f"```{language}\n")[1:]]


def test_the_judges_of_the_page_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tables make three judges; the prices of the bound are in the library."""
    tomllib = pytest.importorskip("tomllib")
    monkeypatch.chdir(tmp_path)  # where the judges' file goes

    judges = {job.evaluator.name: job.evaluator for job in from_mapping(tomllib.loads(blocks("toml")[0])).span_jobs}

    assert isinstance(judges["helpful"], Rubric)
    assert isinstance(judges["better_than_last_release"], Pairwise)
    correct = judges["correct"]
    assert isinstance(correct, Rubric)
    assert [model.model for model in correct.config.models] == ["gpt-4o-mini", "mistral-small-latest"]


def test_the_alert_rule_of_the_page_is_right(tmp_path: Path) -> None:
    """As `spanglass alerts check` reads it."""
    file = tmp_path / "rules.toml"
    file.write_text(blocks("toml")[1].replace("[[alerts.rules]]", "[[rules]]"), encoding="utf-8")

    told = CliRunner().invoke(app, ["alerts", "check", str(file)])

    assert told.exit_code == 0, told.output
    assert "judge-drift" in told.output


def test_the_commands_of_the_page_are_there() -> None:
    """Each with the options it is shown with."""
    for line in blocks("sh")[0].splitlines():
        words = line.partition("#")[0].split()
        command = words[1 : 4 if words[2] == "anchor" else 3]
        told = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, line
        assert [word for word in words if word.startswith("--") and word not in told.output] == []
