"""examples/lifecycle, from the first line to the last, as `make lifecycle` runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lifecycle.needs import needs

needs("torch")
needs("transformers")
EXAMPLE = Path(__file__).parents[2] / "examples" / "lifecycle"


@pytest.mark.timeout(600)
def test_the_example_ends_in_one_lineage(tmp_path: Path) -> None:
    """Data, run, version, signed promotion, deployment, served traces and next data are one tree."""
    done = subprocess.run(
        [sys.executable, "lifecycle.py", "--steps", "20", "--questions", "40"],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    tree = done.stdout[done.stdout.rindex("lineage\n") :]
    for link in (
        "dataset sums@",
        "run sums tuning",
        "model version sums-bot@",
        "signed",
        "deployed",
        "served 30 traces",
        "next",
    ):
        assert link in tree
