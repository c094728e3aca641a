"""What must not change groundedness, and what must."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.quality.grounding.groundedness import GroundednessConfig, groundedness
from spanglass_evaluators.quality.grounding.passage import best_passage, read_context
from spanglass_evaluators.quality.text.sentences import sentences_of

FACTS = (
    "The bridge was opened on 12 May 1937.", "It is painted in international orange.",
    "About 112,000 vehicles cross it every day.", "Pedestrians may use the eastern walkway.",
    "The cables hold 27,000 strands of steel.", "Fog covers the towers on summer mornings.",
)  # fmt: skip
SOME = st.lists(st.sampled_from(FACTS), min_size=1, max_size=4, unique=True)
CONFIG = GroundednessConfig()


def value(answer: str, context: str) -> float:
    judged = groundedness(CONFIG, answer, context)
    assert judged.value is not None
    return judged.value


@given(said=SOME, order=st.permutations(FACTS))
@settings(max_examples=30, deadline=None)
def test_case_and_spaces_do_not_matter_and_the_order_of_the_context_hardly(said: list[str], order: list[str]) -> None:
    """Letters in capitals and doubled spaces: the same value. Facts in any order: grounded all the same."""
    answer, context = " ".join(said), " ".join(FACTS)

    assert value(answer.upper(), context) == pytest.approx(value(answer, context))
    assert value(answer, context.replace(" ", "  ").upper()) == pytest.approx(value(answer, context))
    assert groundedness(CONFIG, answer, " ".join(order)).label == "grounded"


@given(said=SOME)
@settings(max_examples=20, deadline=None)
def test_an_invention_more_never_raises_it(said: list[str]) -> None:
    """Whatever true is said before."""
    answer, context = " ".join(said), " ".join(FACTS)

    assert value(f"{answer} Its architect died of smallpox in Brazil.", context) < value(answer, context)


@given(said=SOME, before=st.integers(0, 400), after=st.integers(0, 400))
@settings(max_examples=20, deadline=None)
def test_facts_are_found_in_a_long_context(said: list[str], before: int, after: int) -> None:
    """Wherever they stand among other words."""
    context = "lorem ipsum dolor " * before + " ".join(FACTS) + " sit amet consectetur" * after

    assert groundedness(CONFIG, " ".join(said), context).label == "grounded"


@given(text=st.text(max_size=300))
@settings(max_examples=50, deadline=None)
def test_sentences_are_in_order_and_do_not_overlap(text: str) -> None:
    """Every letter that is no space is in exactly one of them."""
    spans = list(sentences_of(text))

    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    inside = "".join(text[start:end] for start, end in spans)
    assert "".join(inside.split()) == "".join(text.split())


def test_the_best_passage_holds_most_of_what_is_wanted() -> None:
    """Not the first place where something of it stands."""
    context = read_context("An orange is a fruit. " + "Other words stand here in between. " * 40 + FACTS[1])

    passage = best_passage(context, ["paint", "international", "orange"])

    assert passage is not None
    assert context.words[passage.hit_first : passage.hit_last + 1] == ["painted", "in", "international", "orange"]
    assert best_passage(context, ["zebra"]) is None
