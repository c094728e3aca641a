"""What no single column shows: columns together, scores with the mix held fixed, a reference that is never still."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable
from windows_of_data import window

from spanglass_evaluators import WindowJudgement
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.statistics.ranking import auc_of
from spanglass_evaluators.statistics.stratified import compare_within_strata


def judged(before: dict[str, Any], now: dict[str, Any], *features: str, **config: Any) -> dict[str, WindowJudgement]:
    drift = Drift(DriftConfig(features=features, **config))
    return {j.feature: j for j in drift.judge(window(**before), window(**now))}


def pair_of_columns(correlation: float, seed: int, rows: int = 600) -> dict[str, list[float]]:
    points = np.random.default_rng(seed).multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], rows)
    return {"InputTokens": points[:, 0].tolist(), "OutputTokens": points[:, 1].tolist()}


def test_columns_that_part_are_drift() -> None:
    """Each column stays as it was; that they no longer go together is seen by the classifier alone."""
    found = judged(pair_of_columns(0.9, 1), pair_of_columns(0.0, 2), "InputTokens", "OutputTokens", "joint")

    assert [found[name].drifted for name in ("InputTokens", "OutputTokens", "joint")] == [False, False, True]
    assert found["joint"].effect_low is not None
    assert found["joint"].effect_low > 0.2


def test_the_column_behind_it_is_named() -> None:
    """Of three columns the one that moved is the one whose shuffling costs AUC; None and text are taken as they are."""
    before, now = pair_of_columns(0, 1), pair_of_columns(0, 2)
    before["ResponseModel"], now["ResponseModel"] = ["a", "b", None] * 200, ["a", "a", None] * 200  # type: ignore[list-item]

    found = judged(before, now, "InputTokens", "OutputTokens", "ResponseModel", "joint")["joint"]

    assert found.drifted is True
    assert "AUC lost without: ResponseModel" in found.explanation


def test_the_order_of_rows_does_not_count() -> None:
    """Reversed rows, the same verdict to the digit."""
    before, now = pair_of_columns(0.3, 1), pair_of_columns(0.1, 2)
    turned = {name: values[::-1] for name, values in now.items()}

    assert judged(before, now, *before, "joint") == judged(before, turned, *before, "joint")


def test_the_classifier_raises_few_false_alarms() -> None:
    """20 pairs of windows of one source: at a nominal 5 %, at most 4 alarms."""
    pairs = [(pair_of_columns(0.5, 2 * i, 160), pair_of_columns(0.5, 2 * i + 1, 160)) for i in range(20)]
    p_values = [judged(*pair, *pair[0], "joint")["joint"].p_value for pair in pairs]

    assert sum(p is not None and p < 0.05 for p in p_values) <= 4


def test_a_change_of_the_mix_alone_is_none_of_the_score() -> None:
    """More of the hard task: the score falls, but not on either task (Simpson)."""
    easy, hard = [1.0] * 90 + [0.0] * 10, [1.0] * 40 + [0.0] * 60
    before = {"score:correct": easy * 4 + hard, "metadata.task": ["easy"] * 400 + ["hard"] * 100}
    now = {"score:correct": easy + hard * 4, "metadata.task": ["easy"] * 100 + ["hard"] * 400}

    found = judged(before, now, "score:correct", "score:correct given metadata.task")

    assert found["score:correct"].drifted is True
    assert found["score:correct given metadata.task"].drifted is False
    assert found["score:correct given metadata.task"].effect_size == pytest.approx(0, abs=1e-9)


def test_a_score_that_is_no_share_is_not_compared_within_strata() -> None:
    """And the reason is told."""
    columns = {"Duration": [1.5, 2.5] * 30, "ResponseModel": ["a"] * 60}

    found = judged(columns, columns, "Duration given ResponseModel")["Duration given ResponseModel"]

    assert found.drifted is None
    assert "must be 0 or 1" in found.explanation


def test_strata_are_tested_as_statsmodels_does() -> None:
    """Cochran-Mantel-Haenszel of three strata; one that only one window has counts for nothing."""
    tables = [(30, 60, 20, 70), (5, 40, 3, 30), (12, 20, 9, 25), (7, 10, 0, 0)]
    theirs = StratifiedTable([np.array([[a, n - a], [c, m - c]]) for a, n, c, m in tables[:3]]).test_null_odds()

    ours = compare_within_strata(tables)

    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_the_interval_of_strata_covers() -> None:
    """A gap of .1 in each of three strata lies within 93 % to 97 % of 1000 intervals."""
    generator = np.random.default_rng(0)
    sizes, shares = np.array([[60, 50], [40, 80], [100, 30]]), np.array([0.2, 0.5, 0.7])
    drawn = generator.binomial(sizes, np.stack([shares + 0.1, shares], axis=1), (1000, 3, 2))
    found = [compare_within_strata([(x[i, 0], sizes[i, 0], x[i, 1], sizes[i, 1]) for i in range(3)]) for x in drawn]

    assert 0.93 <= np.mean([f.low <= 0.1 <= f.high for f in found if f.low is not None and f.high is not None]) <= 0.97


def test_the_interval_of_an_auc_covers() -> None:
    """DeLong's holds the true AUC of two normal distributions in 92 % to 97.5 % of 500 samples."""
    generator = np.random.default_rng(0)
    true = float(norm.cdf(1 / np.sqrt(2)))
    found = [auc_of(generator.normal(1, 1, 60), generator.normal(0, 1, 80)) for _ in range(500)]

    assert 0.92 <= np.mean([a.low <= true <= a.high for a in found]) <= 0.975


def restless(chunks: int, seed: int, shift: float = 0.0) -> dict[str, list[Any]]:
    """Traffic whose mean wanders from chunk to chunk of 200 rows, in order of time."""
    generator = np.random.default_rng(seed)
    values = [generator.normal(shift + generator.normal(0, 0.3), 1, 200) for _ in range(chunks)]
    return {"Duration": np.concatenate(values).tolist(), "time_ns": list(range(200 * chunks))}


def test_a_restless_reference_is_the_yardstick() -> None:
    """A day as different as the days before is drift by the fixed threshold and none by the reference."""
    before, now = restless(14, 1), restless(1, 7, shift=0.3)

    fixed = judged(before, now, "Duration")["Duration"]
    found = judged(before, now, "Duration", limits="reference")["Duration"]

    assert (fixed.drifted, found.drifted) == (True, False)
    assert found.method == "jensen_shannon"
    assert judged(before, restless(1, 7, shift=2), "Duration", limits="reference")["Duration"].drifted is True


def test_a_short_reference_is_no_yardstick() -> None:
    """Four chunks say little about the fifth."""
    found = judged(restless(4, 1), restless(1, 7), "Duration", limits="reference")["Duration"]

    assert found.drifted is None
    assert "5 times the rows" in found.explanation
