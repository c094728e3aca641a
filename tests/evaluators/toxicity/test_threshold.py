"""Thresholds fitted to a user's labels."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.registry import registrations
from spanglass_evaluators.toxicity.threshold import TooFewLabels, calibrate_threshold


def test_the_lowest_threshold_that_keeps_the_rate() -> None:
    """Of a hundred clean texts one may be flagged: the limit lies between the two highest."""
    clean = [n / 200 for n in range(100)]
    found = calibrate_threshold([*clean, 0.493, 0.9, 0.99], [False] * 100 + [True] * 3, 0.01)

    assert 0.49 < found.value <= 0.4901
    assert found.false_positives.value == 0.01
    assert found.found.value == 1
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize("seed", range(3))
def test_the_rate_is_kept_with_ties(seed: int) -> None:
    """Values that many texts share are flagged together or not at all."""
    chance = random.Random(seed)
    clean = [round(chance.random(), 1) for _ in range(300)]
    assert calibrate_threshold([*clean, 1.0], [False] * 300 + [True], 0.05).false_positives.value <= 0.05


def test_too_few_labels_say_how_many_are_needed() -> None:
    """One in a thousand cannot be seen in fifty texts."""
    with pytest.raises(TooFewLabels, match="at least 1000 clean"):
        calibrate_threshold([0.1] * 50 + [0.9], [False] * 50 + [True], 0.001)


def test_the_command_writes_settings_that_work(tmp_path: Path) -> None:
    """From a CSV to a threshold in TOML, and from there to another verdict's configuration."""
    labels, out = tmp_path / "labels.csv", tmp_path / "found.toml"
    clean = [f"Chapter {n} is about bridges and boats.,ok" for n in range(40)]
    labels.write_text("\n".join(["text,label", *clean, "You are an idiot,toxic", "Shut up you moron,1"]))

    result = CliRunner().invoke(
        app, ["eval", "calibrate", "toxicity", "--labels", str(labels), "--max-fpr", "0.05", "--out", str(out)]
    )

    assert result.exit_code == 0, result.output
    assert "positive texts found" in result.output
    head, setting = out.read_text().splitlines()
    assert head == "[evaluators.toxicity]"
    threshold = float(setting.removeprefix("threshold = "))
    known = registrations()["toxicity"]
    assert known.build({"threshold": threshold}).config != known.build({}).config


@pytest.mark.parametrize(
    ("content", "says"),
    [("a,b\n1,2\n", "columns text and label"), ("text,label\nhello,perhaps\n", "row 2: label 'perhaps'")],
)
def test_other_files_say_what_is_wrong(content: str, says: str, tmp_path: Path) -> None:
    """The message names the file and the row."""
    labels = tmp_path / "labels.csv"
    labels.write_text(content)
    answer = CliRunner().invoke(app, ["eval", "calibrate", "toxicity", "--labels", str(labels)])
    assert answer.exit_code == 1
    assert says in " ".join(answer.output.split())


def test_a_threshold_outside_the_probabilities_is_refused() -> None:
    """0 would flag everything; 2 nothing."""
    with pytest.raises(ConfigurationError, match="threshold is a probability"):
        registrations()["toxicity"].build({"threshold": 2.0})
