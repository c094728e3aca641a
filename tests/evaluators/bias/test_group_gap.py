"""A gap between groups is found when it is larger than tolerated and larger than chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig


def judge(groups: list[str], values: list[Any], **config: Any) -> list[WindowJudgement]:
    gap = GroupGap(GroupGapConfig("metadata.gender", features=("score:refusal",), **config))
    columns = {"metadata.gender": groups, "score:refusal": values}
    return list(gap.judge(None, Window(0, 1, columns, len(groups))))


def test_one_group_refused_more_often_is_a_gap() -> None:
    """The gap, its interval and the cohorts are told."""
    [found] = judge(["f"] * 200 + ["m"] * 200, [1.0] * 80 + [0.0] * 120 + [1.0] * 20 + [0.0] * 180)

    assert found.cohort == "gender=f vs gender=m"
    assert found.effect_size == pytest.approx(0.3)
    assert found.effect_low is not None
    assert 0.05 < found.effect_low < 0.3
    assert found.drifted is True
    assert found.explanation == "mean 0.4 for f, 0.1 for m"


def test_a_gap_that_is_tolerated_is_none() -> None:
    """The whole interval must lie beyond the tolerated gap."""
    [found] = judge(
        ["f"] * 200 + ["m"] * 200, [1.0] * 80 + [0.0] * 120 + [1.0] * 20 + [0.0] * 180, tolerated_share=0.25
    )

    assert found.drifted is False


def test_numbers_are_compared_by_means() -> None:
    """A score that is no share has its gap in standard deviations."""
    generator = np.random.default_rng(0)
    values = [*generator.normal(1, 1, 300), *generator.normal(0, 1, 300)]

    [found] = judge(["f"] * 300 + ["m"] * 300, values)

    assert (found.method, found.drifted) == ("welch", True)
    assert found.effect_size == pytest.approx(1.0, abs=0.2)


def test_small_groups_are_not_compared() -> None:
    """Below the minimum size there is no verdict, and the row says so."""
    [found] = judge(["f"] * 10 + ["m"] * 200, [1.0] * 210)

    assert found.drifted is None
    assert found.explanation == "not enough data: fewer than two groups of 30 values"


@pytest.mark.parametrize(("groups", "values"), [([], []), ([""] * 80, [1.0] * 80), (["f"] * 80, [None] * 80)])
def test_nothing_to_compare_is_said(groups: list[str], values: list[Any]) -> None:
    """Empty windows, spans without the attribute, spans without the score."""
    [found] = judge(groups, values)

    assert found.drifted is None


def test_every_pair_is_compared_and_corrected() -> None:
    """Three groups are three comparisons, with Holm's p-values and wider intervals than two would have."""
    values = ([1.0] * 20 + [0.0] * 80) * 3
    three = judge(["a"] * 100 + ["b"] * 100 + ["c"] * 100, values)
    [one] = judge(["a"] * 100 + ["b"] * 100, values[:200])

    assert [j.cohort for j in three] == [
        "gender=a vs gender=b", "gender=a vs gender=c", "gender=b vs gender=c",
    ]  # fmt: skip
    assert not any(j.drifted for j in three)
    assert (three[0].effect_high or 0) > (one.effect_high or 0)


def test_groups_treated_alike_raise_few_alarms() -> None:
    """100 runs with 4 groups of one rate and no tolerance: at most 10 % find any gap (6 pairs, alpha 5 %)."""
    generator = np.random.default_rng(0)
    groups = [name for name in "abcd" for _ in range(60)]

    alarms = [
        any(j.drifted for j in judge(groups, generator.binomial(1, 0.3, 240).tolist(), tolerated_share=0.0))
        for _ in range(100)
    ]

    assert np.mean(alarms) <= 0.10
