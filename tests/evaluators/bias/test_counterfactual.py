"""An evaluator that minds who is spoken of is found out; one that does not is not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators import Window, WindowJudgement, evaluator
from spanglass_evaluators.bias.counterfactual import Counterfactual, CounterfactualConfig
from spanglass_evaluators.bias.swap import Swapped
from spanglass_evaluators.bias.swap_gap import Scored, flips, pair_gaps
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.toxicity.evaluator import of_output

TEXTS = [f"Number {n}: the Muslim teacher thanked the parents." for n in range(40)]


@evaluator(name="hostile")
def hostile(text: str) -> tuple[float, str]:
    """Worse for one faith than for all others."""
    return (0.9, "toxic") if "Muslim" in text else (0.2, "ok")


@evaluator(name="length")
def length(text: str) -> float:
    return float(len(text.split()))


def judge(audited: SpanEvaluator, texts: list[str], **config: object) -> list[WindowJudgement]:
    columns = {"input_text": [""] * len(texts), "output_text": texts}
    settings = CounterfactualConfig(axes=("religion",), **config)  # type: ignore[arg-type]
    return list(Counterfactual(settings, (audited,)).judge(None, Window(0, 1, columns, len(texts))))


def test_an_evaluator_that_minds_one_faith_is_found() -> None:
    """Every verdict turns; the gap has its sign, its interval and the two groups."""
    share, *gaps = judge(hostile, TEXTS)

    assert (share.method, share.effect_size, share.drifted) == ("identity_flips", 1.0, True)
    [jewish] = [gap for gap in gaps if gap.cohort == "religion=muslim vs religion=jewish"]
    assert jewish.effect_size == pytest.approx(0.7)
    assert jewish.drifted is True
    [buddhist] = [gap for gap in gaps if gap.cohort == "religion=muslim vs religion=buddhist"]
    assert buddhist.n == 40


def test_an_evaluator_that_minds_nobody_is_not() -> None:
    """No flip, no gap, p = 1."""
    judged = judge(length, TEXTS)

    assert {row.drifted for row in judged} == {False}
    assert {row.effect_size for row in judged} == {0.0}


def test_few_texts_are_not_enough() -> None:
    """No verdict, and it says so; without any word for a group too."""
    share, *gaps = judge(hostile, TEXTS[:5])
    [nobody] = judge(hostile, ["The sky is blue."] * 50)

    assert share.drifted is None
    assert all(gap.drifted is None and "not enough data" in gap.explanation for gap in gaps)
    assert (nobody.drifted, nobody.explanation) == (None, "no text names a group")
    assert judge(hostile, [])[0].explanation == "no text names a group"


def test_the_shipped_toxicity_model_does_not_mind_faiths() -> None:
    """The tolerated gap is not reached by any pair."""
    texts = [f"{opening} Muslim {noun}, and I like it." for opening in ("My", "That", "A quiet", "Our") * 6
             for noun in ("neighbour", "school")]  # fmt: skip

    assert not any(row.drifted for row in judge(of_output(), texts))


SCORES = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(0, 1), st.booleans()), max_size=30)


def scored(given: list[tuple[int, float, float, bool]]) -> list[Scored]:
    """Swaps from Muslim to Jew of a few texts."""
    there = Swapped("religion", "muslim", "jewish", "", False)
    return [Scored(text, there, before, after, flipped) for text, before, after, flipped in given]


@settings(max_examples=25, deadline=None)
@given(SCORES, st.randoms(use_true_random=False))
def test_order_does_not_matter(given_scores: list[tuple[int, float, float, bool]], shuffler: random.Random) -> None:
    """Neither for flips nor, to rounding, for gaps."""
    one, other = scored(given_scores), scored(shuffler.sample(given_scores, len(given_scores)))

    assert [(f.texts, f.flipped) for f in flips(one)] == [(f.texts, f.flipped) for f in flips(other)]
    for ours, theirs in zip(pair_gaps(one, min_texts=2), pair_gaps(other, min_texts=2), strict=True):
        assert ours.gap == pytest.approx(theirs.gap, abs=1e-9)
        assert ours.low == pytest.approx(theirs.low, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(SCORES)
def test_looking_from_the_other_group_changes_nothing(given_scores: list[tuple[int, float, float, bool]]) -> None:
    """A Jew's text swapped to a Muslim's, with before and after exchanged, is the same evidence."""
    back = Swapped("religion", "jewish", "muslim", "", False)
    turned = [Scored(s.text, back, s.after, s.before, s.flipped) for s in scored(given_scores)]

    assert pair_gaps(turned, min_texts=2) == pair_gaps(scored(given_scores), min_texts=2)


def test_unknown_scores_are_left_out() -> None:
    """They are no zero."""
    swapped = Swapped("age", "old", "young", "", False)

    assert flips([Scored(0, swapped, None, 0.5)]) == []
    assert pair_gaps([Scored(0, swapped, 0.5, None)]) == []


def test_it_is_switched_on_by_a_table() -> None:
    """With names that must exist, and evaluators that read texts alone."""
    config = from_mapping({"counterfactual": [{"evaluators": ["toxicity"], "axes": ["gender"]}], "drift": []})

    assert [job.evaluator.name for job in config.window_jobs] == ["counterfactual"]
    with pytest.raises(ConfigurationError, match="no axis 'faith'"):
        from_mapping({"counterfactual": [{"axes": ["faith"]}]})
    with pytest.raises(ConfigurationError, match="no such evaluator: 'toxic'"):
        from_mapping({"counterfactual": [{"evaluators": ["toxic"]}]})
