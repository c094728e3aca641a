"""Performance without labels: right where the inputs change, honest about what it was reckoned from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.drift.performance import METRICS, PerformanceConfig, PerformanceDrift, confusion
from spanglass_evaluators.errors import ConfigurationError

CONFIG = PerformanceConfig("score:p", "score:human", resamples=100, metrics=tuple(METRICS))


def labelled(rows: int, seed: int, *, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that mean what they say; the smaller `spread`, the nearer to the threshold and the harder."""
    generator = np.random.default_rng(seed)
    p = 0.5 + spread * generator.uniform(-0.5, 0.5, rows)
    return p, (generator.random(rows) < p) * 1.0


def judge(p: np.ndarray, truth: np.ndarray, now: np.ndarray) -> dict[str, WindowJudgement]:
    reference = Window(0, 1, {"score:p": p.tolist(), "score:human": truth.tolist()}, len(p))
    current = Window(1, 2, {"score:p": now.tolist(), "score:human": [None] * len(now)}, len(now))
    return {j.feature.split()[1]: j for j in PerformanceDrift(CONFIG).judge(reference, current)}


def test_harder_inputs_are_seen_without_a_label() -> None:
    """Accuracy falls from .75 to what the hidden labels say, within the interval."""
    p, truth = labelled(3000, 1, spread=1.0)
    now, hidden = labelled(2000, 2, spread=0.3)

    found = judge(p, truth, now)

    assert {name: j.drifted for name, j in found.items()} == dict.fromkeys(METRICS, True)
    for name, metric in METRICS.items():
        realised = metric(confusion(now >= 0.5, hidden)) - metric(confusion(p >= 0.5, truth))
        low, high = found[name].effect_low, found[name].effect_high
        assert low is not None
        assert high is not None
        assert low - 0.02 < realised < high + 0.02  # .02: the hidden labels are a sample too


def test_a_score_that_is_too_sure_is_calibrated_first() -> None:
    """Probabilities pushed to the ends would promise an accuracy that there never was."""
    p, truth = labelled(3000, 1, spread=1.0)
    sure = np.clip(0.5 + 3 * (p - 0.5), 0, 1)

    found = judge(sure, truth, sure)["accuracy"]

    assert found.effect_size == pytest.approx(0, abs=0.01)
    assert found.drifted is False


def test_the_same_traffic_is_rarely_called_worse() -> None:
    """25 windows like the reference: at most 2 have an interval without 0 and a fall that counts."""
    found = [
        judge(*labelled(600, i, spread=1.0), labelled(400, 1000 + i, spread=1.0)[0])["accuracy"] for i in range(25)
    ]

    assert sum(j.drifted is True for j in found) <= 2


scores = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=30)
truths = st.lists(st.one_of(st.none(), st.sampled_from([0.0, 1.0])), min_size=30, max_size=30)


@settings(max_examples=25, deadline=None)
@given(scores, truths, scores)
def test_no_window_crashes_the_run(p: list[float | None], truth: list[float | None], now: list[float | None]) -> None:
    """Empty, unlabelled and one-sided windows have no verdict."""
    config = PerformanceConfig("p", "t", min_rows=5, resamples=10, metrics=tuple(METRICS))
    reference = Window(0, 1, {"p": p, "t": truth[: len(p)]}, len(p))

    found = PerformanceDrift(config).judge(reference, Window(1, 2, {"p": now}, len(now)))

    assert all((j.drifted is None) == ("not enough data" in j.explanation) for j in found)


def test_what_is_missing_in_the_settings_is_told() -> None:
    """Neither score nor truth can be guessed."""
    with pytest.raises(ConfigurationError, match="score"):
        from_mapping({"expected_performance": [{}]})
    with pytest.raises(ConfigurationError, match="no metric 'auc'; there are accuracy"):
        from_mapping({"expected_performance": [{"score": "a", "truth": "b", "metrics": ["auc"]}]})
