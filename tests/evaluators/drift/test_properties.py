"""What must hold for every window: no order of rows, no side, no strange value changes a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from windows_of_data import ODD_WORDS, WORDS, sentences, window

from spanglass_evaluators.drift.aspects import ASPECTS
from spanglass_evaluators.drift.categorical import CategoricalTest, compare_categories
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.drift.numeric import NumericTest, compare_numbers
from spanglass_evaluators.drift.text import compare_texts

NUMERIC: list[NumericTest] = ["auto", "ks", "anderson_darling", "wasserstein", "energy", "psi", "jensen_shannon"]
CATEGORICAL: list[CategoricalTest] = ["chi2", "psi", "jensen_shannon"]

integers = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60)
floats = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=60)
labels = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60)


@pytest.mark.parametrize("test", NUMERIC)
@settings(max_examples=25, deadline=None)
@given(one=integers, two=integers)
def test_numbers_are_symmetric(test: NumericTest, one: list[float], two: list[float]) -> None:
    """Swapping the windows changes neither p nor effect, nor does the order of rows."""
    there = compare_numbers(np.array(one), np.array(two), test=test, permutations=49)
    back = compare_numbers(np.array(two), np.array(one[::-1]), test=test, permutations=49)

    assert there.p_value == pytest.approx(back.p_value)
    assert there.effect == pytest.approx(back.effect)


@pytest.mark.parametrize("test", CATEGORICAL)
@settings(max_examples=25, deadline=None)
@given(one=labels, two=labels)
def test_categories_are_symmetric(test: CategoricalTest, one: list[str], two: list[str]) -> None:
    """Swapping the windows changes neither p nor effect, nor does the order of rows."""
    there = compare_categories(one, two, test=test, permutations=49)
    back = compare_categories(two, one[::-1], test=test, permutations=49)

    assert there.p_value == pytest.approx(back.p_value)
    assert there.effect == pytest.approx(back.effect)


@settings(max_examples=25, deadline=None)
@given(labels, labels)
def test_effects_have_bounds(one: list[str], two: list[str]) -> None:
    """Cramér's V and the Jensen-Shannon distance lie in [0, 1]."""
    for test in ("chi2", "jensen_shannon"):
        assert 0 <= compare_categories(one, two, test=test, permutations=19).effect <= 1 + 1e-9  # type: ignore[arg-type]


@pytest.mark.parametrize("test", NUMERIC)
@settings(max_examples=15, deadline=None)
@given(one=floats, two=floats)
def test_no_number_is_too_strange(test: NumericTest, one: list[float], two: list[float]) -> None:
    """Values as large as floats come leave a p-value."""
    assert 0 < compare_numbers(np.array(one), np.array(two), test=test, permutations=19).p_value <= 1


values = st.one_of(
    st.none(), st.just(""), st.text(max_size=3), st.floats(), st.integers(-9, 9), st.booleans(), st.lists(st.just("a"))
)


@settings(max_examples=40, deadline=None)
@given(st.lists(values, max_size=80), st.lists(values, max_size=80))
def test_no_column_crashes_the_run(one: list[Any], two: list[Any]) -> None:
    """Whatever the store holds, also mixed: a verdict, or in words why there is none."""
    [found] = Drift(DriftConfig(features=("x",), min_rows=10, permutations=20)).judge(window(x=one), window(x=two))

    assert (found.drifted is None) == ("not enough data" in found.explanation)


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_texts_do_not_care_for_order(random: Any) -> None:
    """Shuffled rows give the same p and effect, to the digit."""
    before, now = sentences(WORDS, 20, 1), sentences(WORDS + ODD_WORDS[:2], 20, 2)
    shuffled = before.copy()
    random.shuffle(shuffled)

    assert compare_texts(now, shuffled, permutations=49) == compare_texts(now, before, permutations=49)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.text(max_size=12), min_size=5, max_size=12),
    st.lists(st.text(max_size=12), min_size=5, max_size=12),
)
def test_no_text_is_too_strange(one: list[str], two: list[str]) -> None:
    """Empty, one-letter and non-Latin texts have a verdict in every aspect, or too few rows for one."""
    names = ("output_text", *(f"output_text.{aspect}" for aspect in ASPECTS))
    drift = Drift(DriftConfig(features=names, min_rows=5, permutations=20))

    found = drift.judge(window(output_text=one), window(output_text=two))

    assert all(0 < j.p_value <= 1 if j.p_value is not None else "not enough" in j.explanation for j in found)


@pytest.mark.parametrize("rows", [[], [None] * 200, [3.0] * 200, [1.0]])
def test_all_columns_together_need_enough(rows: Sequence[Any]) -> None:
    """The classifier of windows is not even trained on nothing; a constant is no drift."""
    [_, found] = Drift(DriftConfig(features=("x", "joint"))).judge(window(x=rows), window(x=rows))

    assert found.drifted is (False if rows[:1] == [3.0] else None)
