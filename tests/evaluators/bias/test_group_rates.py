"""Outcomes of groups against labels: the metrics are Fairlearn's, the tests hold their level."""

from __future__ import annotations

import importlib
import os
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.bias.group_rates import GroupRates, GroupRatesConfig
from spanglass_evaluators.bias.outcomes import is_yes
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.errors import ConfigurationError

Row = tuple[str, Any, Any]


def fairlearn_metrics() -> Any:
    """Skips without the extra, fails in CI, which installs it."""
    if not os.environ.get("CI"):
        pytest.importorskip("fairlearn", reason="pip install 'spanglass[fairness]'")
    return importlib.import_module("fairlearn.metrics")


def judge(rows: list[Row], **config: Any) -> dict[tuple[str, str], WindowJudgement]:
    """Rows of group, selected, wanted -> (metric, cohort) -> judgement."""
    columns = {
        name: [row[at] for row in rows] for at, name in enumerate(("metadata.g", "score:flag", "metadata.label"))
    }
    chosen: dict[str, Any] = {"wanted": "metadata.label", "min_group": 5, "permutations": 200, **config}
    rates = GroupRates(GroupRatesConfig("metadata.g", "score:flag", **chosen))
    return {(j.feature, j.cohort): j for j in rates.judge(None, Window(0, 1, columns, len(rows)))}


def drawn(size: int = 600, seed: int = 0) -> list[Row]:
    """Three groups of different rates."""
    generator = np.random.default_rng(seed)
    groups = generator.choice(["a", "b", "c"], size)
    wanted = generator.random(size) < 0.4
    rates = {"a": (0.8, 0.1), "b": (0.6, 0.2), "c": (0.7, 0.4)}
    selected = [generator.random() < rates[g][0 if w else 1] for g, w in zip(groups, wanted, strict=True)]
    return [(str(g), float(s), "true" if w else "false") for g, s, w in zip(groups, selected, wanted, strict=True)]


def test_the_metrics_are_fairlearns() -> None:
    """To rounding, on three groups; differences and ratios."""
    fairlearn = fairlearn_metrics()
    rows = drawn()
    found = judge(rows)
    wanted = [row[2] == "true" for row in rows]
    given = {"y_pred": [bool(row[1]) for row in rows], "sensitive_features": [row[0] for row in rows]}

    for name in ("demographic_parity", "equalized_odds"):
        ours = found[name, "g"]
        assert ours.effect_size == pytest.approx(getattr(fairlearn, f"{name}_difference")(wanted, **given))
        assert ours.ratio == pytest.approx(getattr(fairlearn, f"{name}_ratio")(wanted, **given))
    opportunity = fairlearn.equal_opportunity_difference(wanted, **given)
    assert found["equal_opportunity", "g"].effect_size == pytest.approx(opportunity)


def test_any_metric_of_scikit_learn_can_be_asked_for() -> None:
    """By name, through MetricFrame; an unknown one is an error of the settings."""
    fairlearn_metrics()
    found = judge(drawn(), metrics=("balanced_accuracy_score",))["balanced_accuracy_score", "g"]

    assert found.method == "fairlearn"
    assert 0 < (found.effect_size or 0) < 1
    with pytest.raises(ConfigurationError, match="has 'magic_score'"):
        GroupRatesConfig("metadata.g", metrics=("magic_score",))


def test_rates_that_differ_are_found_pair_by_pair() -> None:
    """Who is wrongly flagged more often, by how much, and whether that is chance."""
    found = judge(drawn(3000))

    assert found["predictive_equality", "g"].drifted is True
    assert found["equalized_odds", "g"].p_value == pytest.approx(1 / 201)
    pair = found["false_positive_rate", "g=a vs g=c"]
    assert pair.effect_size == pytest.approx(-0.3, abs=0.06)
    assert pair.drifted is True
    assert (pair.ratio or 1) < 0.5


def test_without_labels_there_are_selection_rates_alone() -> None:
    """Demographic parity needs none."""
    found = judge(drawn(), wanted="")

    assert {feature for feature, _ in found} == {"demographic_parity", "selection_rate"}


def test_equal_groups_raise_few_alarms() -> None:
    """100 windows of three equal groups: demographic parity has p <= .05 in at most 11 of them."""
    generator = np.random.default_rng(5)
    alarms = 0
    for _ in range(100):
        rows: list[Row] = [(g, float(s), "1") for g, s in zip("abc" * 60, generator.binomial(1, 0.3, 180), strict=True)]
        alarms += (judge(rows, wanted="", alpha=0.05)["demographic_parity", "g"].p_value or 1) <= 0.05

    assert alarms <= 11  # 5 expected; 11 is the 99.6 % point of the binomial


@pytest.mark.parametrize(
    "rows",
    [[], [("a", 1.0, "1")], [("a", None, "1")] * 40, [("a", 1.0, "?")] * 40, [("a", 1.0, "1"), ("b", 1.0, "1")] * 40],
)
def test_nothing_to_compare_does_not_crash(rows: list[Row]) -> None:
    """Empty, one row, no outcome, no label, nothing but yes: no verdict, or no difference."""
    assert not any(j.drifted for j in judge(rows).values())


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0.0, 1.0, None]), st.sampled_from("10?")), max_size=60),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter(rows: list[Row], shuffler: random.Random) -> None:
    """Nor which group comes first: differences over all groups have no sign."""
    shuffled = shuffler.sample(rows, len(rows))
    renamed = [({"a": "c", "b": "b", "c": "a"}[group], *rest) for group, *rest in rows]

    ours, theirs, others = (judge(r, permutations=20) for r in (rows, shuffled, renamed))

    assert {key: j.effect_size for key, j in ours.items()} == {key: j.effect_size for key, j in theirs.items()}
    for metric in ("demographic_parity", "equalized_odds"):
        if (metric, "g") in ours:
            assert ours[metric, "g"].effect_size == pytest.approx(others[metric, "g"].effect_size)


def test_only_what_says_so_is_a_yes() -> None:
    """Words or numbers; what is neither is unknown."""
    assert [is_yes(value, 0.5) for value in (0.6, 0.5, "TRUE", "no", "", None, float("nan"), "maybe")] == [
        1.0, 0.0, 1.0, 0.0, None, None, None, None,
    ]  # fmt: skip


def test_it_is_switched_on_by_a_table() -> None:
    """Which must say what makes the groups."""
    table = {"attribute": "metadata.gender", "selected": "score:toxicity", "wanted": "metadata.toxic"}

    [job] = from_mapping({"fairness": [table], "drift": []}).window_jobs

    assert job.evaluator.name == "group_rates"
    assert list(job.evaluator.columns) == ["metadata.gender", "score:toxicity", "metadata.toxic"]
    with pytest.raises(ConfigurationError, match="attribute is missing"):
        from_mapping({"fairness": [{}]})
