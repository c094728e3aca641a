"""Drift is found where it is, and only there: properties, false alarms, and what is too little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.drift.categorical import compare_categories, pool_rare
from spanglass_evaluators.drift.drift import Drift, DriftConfig
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.text import compare_texts

WORDS = ["apple", "river", "stone", "cloud", "green", "seven", "paper", "light", "music", "table"]
ODD_WORDS = ["error", "refund", "ticket", "angry", "late", "broken", "parcel", "refuse", "never", "money"]


def window(**columns: Sequence[Any]) -> Window:
    return Window(0, 1, columns, max(map(len, columns.values())))


def judge(feature: str, before: Sequence[Any], now: Sequence[Any], **config: Any) -> WindowJudgement:
    drift = Drift(DriftConfig(features=(feature,), permutations=99, **config))
    return drift.judge(window(**{feature: before}), window(**{feature: now}))[0]


def sentences(words: list[str], count: int, seed: int) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(words, 12)) for _ in range(count)]


def test_a_longer_answer_is_drift() -> None:
    """The median, the direction and the size of the change are told."""
    generator = np.random.default_rng(0)
    before, now = generator.poisson(100, 300).tolist(), generator.poisson(130, 300).tolist()

    found = judge("OutputTokens", before, now)

    assert (found.method, found.drifted) == ("ks", True)
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


@pytest.mark.parametrize("values", [[], [None] * 50, [1.0], [float("nan")] * 50, [""] * 50])
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


integers = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60)
labels = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60)


@given(integers, integers)
def test_numbers_are_symmetric(one: list[float], two: list[float]) -> None:
    """Swapping the windows changes neither p nor effect, nor does the order of rows."""
    there, back = (
        compare_numbers(np.array(one), np.array(two)),
        compare_numbers(np.array(two), np.array(one[::-1])),
    )

    assert there.p_value == pytest.approx(back.p_value)
    assert there.effect == pytest.approx(back.effect)


@given(labels, labels)
def test_categories_are_symmetric(one: list[str], two: list[str]) -> None:
    """Swapping the windows changes neither p nor effect, and Cramér's V stays in [0, 1]."""
    there, back = compare_categories(one, two), compare_categories(two, one[::-1])

    assert there.p_value == pytest.approx(back.p_value)
    assert there.effect == pytest.approx(back.effect)
    assert 0 <= there.effect <= 1 + 1e-9


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12))
def test_pooling_loses_nobody(columns: list[tuple[int, int]]) -> None:
    """Rare categories are counted together, not left out."""
    table = np.array(columns, dtype=float).T + 1

    assert pool_rare(table).sum(axis=1) == pytest.approx(table.sum(axis=1))


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_texts_do_not_care_for_order(random: Any) -> None:
    """Shuffled rows give the same p and effect, to the digit."""
    before, now = sentences(WORDS, 20, 1), sentences(WORDS + ODD_WORDS[:2], 20, 2)
    shuffled = before.copy()
    random.shuffle(shuffled)

    assert compare_texts(now, shuffled, permutations=49) == compare_texts(now, before, permutations=49)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text(max_size=12), min_size=5, max_size=12),
    st.lists(st.text(max_size=12), min_size=5, max_size=12),
)
def test_no_text_is_too_strange(one: list[str], two: list[str]) -> None:
    """Empty, one-letter and non-Latin texts get a p-value like any other."""
    assert 0 < compare_texts(one, two, permutations=19).p_value <= 1


def false_alarms(p_values: list[float]) -> float:
    return float(np.mean(np.array(p_values) < 0.05))


def test_numbers_raise_few_false_alarms() -> None:
    """400 pairs of windows of one distribution: at a nominal 5 %, at most 8 % are alarms."""
    generator = np.random.default_rng(0)
    pairs = [(generator.lognormal(size=200), generator.lognormal(size=150)) for _ in range(400)]

    assert false_alarms([compare_numbers(a, b).p_value for a, b in pairs]) <= 0.08


def test_categories_raise_few_false_alarms() -> None:
    """400 pairs with 8 categories, some rare: at a nominal 5 %, at most 8 % are alarms."""
    generator = np.random.default_rng(0)
    shares = np.array([0.4, 0.3, 0.15, 0.07, 0.04, 0.02, 0.01, 0.01])
    pairs = [[generator.choice(list("abcdefgh"), size, p=shares) for size in (200, 150)] for _ in range(400)]

    assert false_alarms([compare_categories(a.tolist(), b.tolist()).p_value for a, b in pairs]) <= 0.08


def test_texts_raise_few_false_alarms() -> None:
    """100 pairs of 40 sentences: at a nominal 5 %, at most 11 % are alarms (5 % and 2.7 standard errors)."""
    pairs = [(sentences(WORDS, 40, 2 * i), sentences(WORDS, 40, 2 * i + 1)) for i in range(100)]

    assert false_alarms([compare_texts(a, b, permutations=99).p_value for a, b in pairs]) <= 0.11
