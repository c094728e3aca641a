"""Each aspect of a text column sees the change it is there for, and says what changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from windows_of_data import ODD_WORDS, WORDS, judge, sentences

from spanglass_evaluators.drift.wording import templates

ENGLISH = ["Where can I find my invoice for the last month?", "The parcel did not arrive at my house yesterday."]
GERMAN = ["Wo finde ich meine Rechnung für den letzten Monat?", "Das Paket kam gestern nicht bei mir zu Hause an."]


def test_new_words_are_named_with_their_shares() -> None:
    """The words that only the current window has come first."""
    before, now = sentences(WORDS, 80, 1), sentences([*WORDS, "refund"], 80, 2)

    found = judge("output_text.terms", before, now)

    assert (found.method, found.drifted) == ("terms", True)
    assert found.explanation.startswith("'refund' 0.000 -> 0.")


def test_equal_texts_are_equal_points() -> None:
    """One text 80 times: what rounding makes of it is no distance."""
    texts = ["Where is my parcel, please? I have waited long."] * 40

    found = judge("output_text", texts, texts)

    assert (found.p_value, found.effect_size) == (1.0, 0.0)


def test_a_new_kind_of_text_is_quoted() -> None:
    """A third of the window is of a cluster that the reference did not have; its texts are the examples."""
    before, now = sentences(WORDS, 150, 1), sentences(WORDS, 100, 2) + sentences(ODD_WORDS, 50, 3)

    found = judge("output_text.clusters", before, now)

    assert found.drifted is True
    assert any(word in found.explanation for word in ODD_WORDS)
    assert not any(word in found.explanation for word in WORDS)


def test_examples_can_be_left_out() -> None:
    """What people wrote stays in the spans."""
    before, now = sentences(WORDS, 60, 1), sentences(ODD_WORDS, 60, 3)

    found = judge("output_text.clusters", before, now, examples=0)

    assert not any(word in found.explanation for word in WORDS + ODD_WORDS)


def test_the_centre_moves() -> None:
    """From one vocabulary to another the distance is large against that within a window."""
    found = judge("output_text.centroid", sentences(WORDS, 60, 1), sentences(ODD_WORDS, 60, 2))

    assert (found.method, found.drifted) == ("centroid", True)
    assert found.effect_size is not None
    assert found.effect_size > 1


def test_shorter_answers_are_drift() -> None:
    """Length in characters."""
    found = judge("output_text.length", ["word " * 30] * 40 + ["word " * 10] * 40, ["word " * 10] * 80)

    assert (found.method, found.drifted) == ("anderson_darling", True)
    assert "Cliff's delta -0.5" in found.explanation


def test_another_language_is_drift() -> None:
    """The share of each language is told."""
    found = judge("input_text.language", ENGLISH * 40, ENGLISH * 20 + GERMAN * 20)

    assert (found.method, found.drifted) == ("chi2", True)
    assert "'de' 0.000 -> 0.500" in found.explanation


def test_another_prompt_template_is_drift() -> None:
    """Texts made from two templates; one is used more."""
    one = [f"Is {i} a prime number? Think step by step." for i in range(7000, 7060)]
    two = [f"Name a happy number above {i}!" for i in range(60)]

    found = judge("input_text.template", one[:50] + two[:10], one[:20] + two[:40])

    assert found.drifted is True
    assert "'Is * a prime number ? Think step by step .' 0.833 -> 0.333" in found.explanation


def test_templates_keep_what_texts_share() -> None:
    """Numbers and rare words vary; what is too rare for a template of its own is other."""
    names = [f"n{i}" for i in range(40)]

    found = templates([f"Dear {name}, you owe 12 EUR." for name in names] + ["something else entirely"])

    assert set(found) == {"Dear * , you owe * EUR .", "*"}


@pytest.mark.parametrize("aspect", ["", ".terms", ".clusters", ".centroid", ".length", ".template"])
def test_aspects_raise_few_false_alarms(aspect: str) -> None:
    """20 pairs of 40 sentences from one source: at a nominal 5 %, at most 4 alarms (more come by chance in .3 %)."""
    found = [
        judge(f"output_text{aspect}", sentences(WORDS, 40, 2 * i), sentences(WORDS, 40, 2 * i + 1)) for i in range(20)
    ]

    assert sum(j.p_value is not None and j.p_value < 0.05 for j in found) <= 4


def test_terms_have_the_stated_level() -> None:
    """The largest of many words is judged as the largest: p-values of 100 null pairs have a mean near a half."""
    p_values = [
        judge("output_text.terms", sentences(WORDS, 30, 2 * i), sentences(WORDS, 30, 2 * i + 1)).p_value
        for i in range(100)
    ]

    assert 0.4 < np.mean([p for p in p_values if p is not None]) < 0.65


def first_letters(texts: Sequence[str]) -> npt.NDArray[np.floating]:
    """An embedding that sees how a text begins and nothing else."""
    return np.array([[text.startswith("The"), not text.startswith("The")] for text in texts], dtype=float)


def test_an_embedding_of_ones_own_decides_what_a_change_is() -> None:
    """Other words are no change to one that does not see them; another beginning is."""
    before, now = sentences(WORDS, 60, 1), sentences(ODD_WORDS, 60, 2)
    begun = [f"The {text}" for text in before]

    same = judge("output_text", before, now, embedding=f"{__name__}:first_letters")
    moved = judge("output_text", before, begun, embedding=f"{__name__}:first_letters")

    assert (same.drifted, moved.drifted) == (False, True)
