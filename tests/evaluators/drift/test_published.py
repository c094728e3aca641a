"""Alert counts and shares that others published for real data, from our own code. Needs ../shared/data."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.eval_report import drift_reproduced

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled data are not here")
@pytest.mark.parametrize("figures", [drift_reproduced.census_figures, drift_reproduced.share_figures])
def test_what_was_published_comes_out(figures: drift_reproduced.Figures) -> None:
    """NannyML's alert counts on the census; LLMDrift's accuracies, response rates and accepted answers."""
    found = list(figures(DATA))

    assert len(found) >= 5
    assert [f"{m.data}: {m.value} for {m.reference}" for m in found if not m.reproduced] == []
