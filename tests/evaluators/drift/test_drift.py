"""Drift is found where it is, and only there: properties, false alarms, and what is too little."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from windows_of_data import ODD_WORDS, WORDS, judge, sentences, window

from spanglass_evaluators.drift.drift import Drift, DriftConfig
from spanglass_evaluators.errors import ConfigurationError


def test_a_longer_answer_is_drift() -> None:
    """The median, the direction and the size of the change are told."""
    generator = np.random.default_rng(0)
    before, now = generator.poisson(100, 300).tolist(), generator.poisson(130, 300).tolist()
    large, larger = generator.normal(100, 10, 900).tolist(), generator.normal(130, 10, 900).tolist()

    found = judge("OutputTokens", before, now)

    assert (found.method, found.drifted) == ("anderson_darling", True)
    assert judge("OutputTokens", large, larger).method == "ks"
    assert found.effect_size is not None
    assert found.effect_size > 1
    assert "Cliff's delta +0.9" in found.explanation


def test_a_fall_in_accuracy_is_drift_with_an_interval() -> None:
    """Zeros and ones are compared as shares: .840 to .511 of 1000 is a fall of .29 to .37."""
    found = judge("score:reference_match", [1.0] * 840 + [0.0] * 160, [1.0] * 511 + [0.0] * 489)

    assert (found.method, found.drifted) == ("two_proportions", True)
    assert found.effect_size == pytest.approx(-0.329)
    assert (found.effect_low, found.effect_high) == pytest.approx((-0.3664, -0.2901), abs=1e-3)


def test_another_model_is_drift() -> None:
    """A category that comes up and one that goes are named."""
    found = judge("ResponseModel", ["m-1"] * 90 + ["m-2"] * 10, ["m-1"] * 40 + ["m-3"] * 60)

    assert (found.method, found.drifted) == ("chi2", True)
    assert "'m-3' 0.000 -> 0.600" in found.explanation


def test_another_subject_is_drift() -> None:
    """A classifier tells the windows apart, and no permutation is as extreme."""
    found = judge("output_text", sentences(WORDS, 60, 1), sentences(ODD_WORDS, 60, 2))

    assert (found.method, found.drifted) == ("mmd", True)
    assert found.effect_size is not None
    assert found.effect_size > 0.9


def test_a_tiny_change_in_much_data_is_no_drift() -> None:
    """p says the change is real; the effect says that nobody needs to know."""
    generator = np.random.default_rng(0)

    found = judge("Duration", generator.normal(0, 1, 50_000), generator.normal(0.04, 1, 50_000))

    assert found.adjusted_p_value is not None
    assert found.adjusted_p_value < 0.001
    assert found.drifted is False


@pytest.mark.parametrize("values", [[], [None] * 50, [1.0], [float("nan")] * 50, [""] * 50, [float("inf")] * 50])
def test_too_little_is_said(values: list[Any]) -> None:
    """Empty, all-null and one-row windows are neither drift nor its absence."""
    found = judge("OutputTokens", values, [1.0, 2.0] * 50)

    assert found.drifted is None
    assert found.p_value is None
    assert "not enough data" in found.explanation


@pytest.mark.parametrize(
    ("feature", "constant"),
    [
        ("OutputTokens", 5),
        ("score:refusal", 1.0),
        ("ResponseModel", "m"),
        ("output_text", "same words"),
        ("output_text", "x"),
    ],
)
def test_constant_windows_do_not_drift(feature: str, constant: Any) -> None:
    """The same value in both windows: p = 1 or thereabouts, effect 0."""
    found = judge(feature, [constant] * 40, [constant] * 40)

    assert found.drifted is False
    assert found.effect_size == pytest.approx(0, abs=1e-9)


def test_many_features_are_corrected_together() -> None:
    """Of 20 features without drift the smallest p-value is multiplied: none is an alarm."""
    generator = np.random.default_rng(3)
    names = [f"f{i}" for i in range(20)]
    drift = Drift(DriftConfig(features=tuple(names), numeric_threshold=0.0))
    before, now = ({name: generator.normal(size=200) for name in names} for _ in range(2))

    found = drift.judge(window(**before), window(**now))

    assert min(j.p_value for j in found if j.p_value is not None) < 0.1
    assert not any(j.drifted for j in found)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"features": ("output_text.mood",)}, "no aspect 'mood'; it has centroid, clusters"),
        ({"numeric_test": "t"}, "numeric_test = 't': use one of auto, ks"),
        ({"limits": "ours"}, 'use "thresholds" or "reference"'),
    ],
)
def test_a_wrong_setting_is_told_at_the_start(setting: dict[str, Any], message: str) -> None:
    """And what would be right."""
    with pytest.raises(ConfigurationError, match=message):
        Drift(DriftConfig(**setting))


def test_a_column_that_changes_its_type_is_compared_as_text() -> None:
    """Numbers before, words now."""
    found = judge("metadata.tier", [1, 2] * 30, ["gold"] * 60)

    assert (found.method, found.drifted) == ("chi2", True)


def test_a_huge_window_is_judged() -> None:
    """200,000 rows with nulls in them."""
    values = [None if i % 7 == 0 else float(i % 1000) for i in range(200_000)]

    found = judge("Duration", values, values)

    assert (found.n, found.p_value, found.effect_size, found.drifted) == (171_428, 1.0, 0.0, False)
