"""A gap between groups is found when it is larger than tolerated and larger than chance."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig


def judge(groups: list[str], values: list[Any], **config: Any) -> list[WindowJudgement]:
    gap = GroupGap(GroupGapConfig("metadata.gender", features=("score:refusal",), **{"strata": (), **config}))
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
    """Three groups are three comparisons, with adjusted p-values and wider intervals than two would have."""
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


def test_small_groups_beside_large_ones_are_told() -> None:
    """Who was left out, and with how many values."""
    *_, small = judge(["f"] * 100 + ["m"] * 100 + ["x"] * 5, [1.0, 0.0] * 102 + [1.0])

    assert (small.cohort, small.drifted, small.explanation) == (
        "gender=x", None, "not enough data: 5 of at least 30 values",
    )  # fmt: skip


def test_the_ratio_stands_beside_the_difference() -> None:
    """First group over second, with an interval that holds it; of means too."""
    [shares] = judge(["f"] * 200 + ["m"] * 200, [1.0] * 80 + [0.0] * 120 + [1.0] * 20 + [0.0] * 180)
    [means] = judge(["f"] * 200 + ["m"] * 200, [2.0, 4.0] * 100 + [1.0, 2.0] * 100)

    assert (shares.ratio, means.ratio) == (pytest.approx(4.0), pytest.approx(2.0))
    assert 2 < (shares.ratio_low or 0) < 4 < (shares.ratio_high or 0) < 8
    assert 1.8 < (means.ratio_low or 0) < 2 < (means.ratio_high or 0) < 2.2


def test_benjamini_hochberg_finds_what_holm_does_not() -> None:
    """One true gap among many: the interval of a found one is widened less."""
    generator = np.random.default_rng(3)
    groups = [name for name in "abcdefgh" for _ in range(100)]
    values = [*generator.binomial(1, 0.5, 100), *generator.binomial(1, 0.2, 700)]

    bh, holm = (
        judge(groups, [float(v) for v in values], correction=correction, tolerated_share=0.0)
        for correction in ("fdr_bh", "holm")
    )

    assert sum(bool(j.drifted) for j in bh) >= sum(bool(j.drifted) for j in holm) > 0
    widths = [(j.effect_high or 0) - (j.effect_low or 0) for j in (bh[0], holm[0])]
    assert widths[0] < widths[1]


def berkeley() -> tuple[list[str], list[float], list[str]]:
    """Admissions of six departments, 1973 (Bickel, Hammel and O'Connell 1975): sex, admitted, department."""
    admitted = {"A": (512, 825, 89, 108), "B": (353, 560, 17, 25), "C": (120, 325, 202, 593),
                "D": (138, 417, 131, 375), "E": (53, 191, 94, 393), "F": (22, 373, 24, 341)}  # fmt: skip
    rows = [
        (sex, float(at < hits), department)
        for department, counts in admitted.items()
        for sex, hits, n in (("m", *counts[:2]), ("f", *counts[2:]))
        for at in range(n)
    ]
    sexes, hits, departments = zip(*rows, strict=True)
    return list(sexes), list(hits), list(departments)


def test_simpsons_paradox_is_told() -> None:
    """Berkeley's women were admitted 14 points less often in all, but no less within the departments."""
    sexes, admitted, departments = berkeley()
    config = GroupGapConfig("metadata.sex", features=("score:admitted",), strata=("metadata.department",))
    columns = {"metadata.sex": sexes, "score:admitted": admitted, "metadata.department": departments}

    [found] = GroupGap(config).judge(None, Window(0, 1, columns, len(sexes)))

    assert found.effect_size == pytest.approx(-0.1416, abs=5e-4)
    assert found.drifted is True
    assert (found.within_effect or 0) > 0
    assert "the mix may explain the gap" in found.explanation


def test_a_reversed_gap_is_reversed() -> None:
    """Women are refused less by each model, and more in all, because most of them ask the strict one."""
    cells = [("f", "a", 95, 100), ("m", "a", 360, 400), ("f", "b", 80, 400), ("m", "b", 10, 100)]
    rows = [(g, float(i >= ok), model) for g, model, ok, n in cells for i in range(n)]
    groups, values, models = zip(*rows, strict=True)
    gap = GroupGap(GroupGapConfig("metadata.g", features=("score:refusal",), strata=("ResponseModel",)))
    columns = {"metadata.g": groups, "score:refusal": values, "ResponseModel": models}

    [found] = gap.judge(None, Window(0, 1, columns, len(rows)))

    assert found.is_reversed is True
    assert (found.within_high or 0) < 0 < (found.effect_low or 0)
    assert "Simpson's paradox" in found.explanation


def test_groups_come_from_what_the_question_names() -> None:
    """`named.religion`: the faith, nobody, and no group for a question about several."""
    texts = ["Is a Muslim allowed to?"] * 60 + ["Is anybody allowed to?"] * 60 + ["A Sikh and a Hindu?"] * 60
    values = [1.0] * 50 + [0.0] * 10 + [0.0] * 60 + [1.0] * 60
    gap = GroupGap(GroupGapConfig("named.religion", features=("score:refusal",), strata=()))

    [found] = gap.judge(None, Window(0, 1, {"input_text": texts, "score:refusal": values}, 180))

    assert gap.columns == ("input_text", "score:refusal")
    assert found.cohort == "named.religion=muslim vs named.religion=nobody"
    assert found.drifted is True


def test_groups_come_from_the_language_of_the_question() -> None:
    """A sample of texts, shorter than the other columns, is enough."""
    german = "Kannst du mir bitte erklären, wie man einen guten Kuchen backt und was man dafür alles braucht?"
    english = "Could you please explain to me how to bake a good cake and which ingredients are needed for it?"
    gap = GroupGap(GroupGapConfig("language", features=("OutputTokens",), strata=()))
    columns = {"input_text": [german, english] * 40, "OutputTokens": [50 + at % 7 + 40 * (at % 2) for at in range(500)]}

    [found] = gap.judge(None, Window(0, 1, columns, 500))

    assert found.cohort == "language=de vs language=en"
    assert (found.n, found.drifted) == (40, True)


def test_heavy_tails_get_a_bootstrap_interval() -> None:
    """Of the same gap; not symmetric any more."""
    generator = np.random.default_rng(0)
    values = [*generator.lognormal(0, 2, 100), *generator.lognormal(0.5, 2, 100)]
    welch, boot = (
        judge(["f"] * 100 + ["m"] * 100, values, intervals=intervals)[0] for intervals in ("welch", "bootstrap")
    )

    assert boot.method == "welch, bootstrap interval"
    assert boot.effect_size == welch.effect_size
    assert boot.effect_low != welch.effect_low


GROUPS = st.lists(
    st.tuples(st.sampled_from(["f", "m", ""]), st.one_of(st.none(), st.floats(-1e3, 1e3)), st.sampled_from("ab")),
    max_size=60,
)


def judge_rows(rows: list[tuple[str, float | None, str]]) -> list[WindowJudgement]:
    gap = GroupGap(GroupGapConfig("metadata.g", features=("x",), min_group=3, strata=("metadata.s",)))
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("metadata.g", "x", "metadata.s"))}
    return list(gap.judge(None, Window(0, 1, columns, len(rows))))


@settings(max_examples=25, deadline=None)
@given(GROUPS, st.randoms(use_true_random=False))
def test_order_does_not_matter(rows: list[tuple[str, float | None, str]], shuffler: random.Random) -> None:
    """Nor do empty, constant, unknown or single rows raise."""
    one, other = judge_rows(rows), judge_rows(shuffler.sample(rows, len(rows)))

    assert [(j.cohort, j.n, j.drifted) for j in one] == [(j.cohort, j.n, j.drifted) for j in other]
    for ours, theirs in zip(one, other, strict=True):
        assert ours.effect_size == pytest.approx(theirs.effect_size, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(GROUPS)
def test_the_groups_the_other_way_round_turn_the_sign(rows: list[tuple[str, float | None, str]]) -> None:
    """Everything else is the same."""
    turned = [({"f": "m", "m": "f", "": ""}[group], value, stratum) for group, value, stratum in rows]

    for ours, theirs in zip(judge_rows(rows)[:1], judge_rows(turned)[:1], strict=True):
        assert ours.drifted == theirs.drifted
        if ours.effect_size is not None and theirs.effect_size is not None:
            assert ours.effect_size == pytest.approx(-theirs.effect_size, abs=1e-9, rel=1e-6)
            assert ours.effect_low == pytest.approx(-float(theirs.effect_high or 0), abs=1e-6, rel=1e-6)
