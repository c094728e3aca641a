"""The same sentence about other people: agreement is kept, and what is no word for people stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.bias.mentions import groups_named
from spanglass_evaluators.bias.swap import exchange, swaps
from spanglass_evaluators.bias.terms.vocabulary import AXES, BY_WORD, TERMS, groups
from spanglass_evaluators.toxicity.identity import IDENTITY_TERMS

# Words that the toxicity model folds and that name no group of an axis here.
FOLDED_ONLY = {
    "colored", "coloured", "eastern", "western", "feminist", "feminists", "lgbtqia", "transman", "transmen",
    "transwoman", "transwomen",
}  # fmt: skip


@pytest.mark.parametrize(
    ("axis", "first", "second", "before", "after"),
    [
        ("gender", "male", "female", "He gave her his book.", "She gave him her book."),
        ("gender", "male", "female", "The book is his, not hers.", "The book is hers, not his."),
        ("gender", "male", "female", "I saw her yesterday; her mother called her.",
         "I saw him yesterday; his father called him."),
        ("gender", "male", "female", "HE'S late, Mr. Smith. Men!", "SHE'S late, Ms. Smith. Women!"),
        ("gender", "male", "female", "An actor met James.", "An actress met Mary."),
        ("religion", "christian", "jewish", "A Christian is here; Christian songs.", "A Jew is here; Jewish songs."),
        ("religion", "atheist", "hindu", "Atheists differ. An atheist sang.", "Hindus differ. A Hindu sang."),
        ("religion", "christian", "muslim", "A Muslim met a Christian.", "A Christian met a Muslim."),
        ("nationality", "american", "mexican", "An American car, Americans.", "A Mexican car, Mexicans."),
        ("nationality", "indian", "ukrainian", "An Indian came.", "A Ukrainian came."),
        ("nationality", "mexican", "chinese", "He is a Mexican. mexicans", "He is a Chinese person. chinese people"),
        ("race", "black", "asian", "A black man in a black car.", "An Asian man in a black car."),
        ("race", "black", "asian", "African-Americans and two black women", "Asians and two Asian women"),
        ("age", "old", "young", "An old woman in an old house.", "A young woman in an old house."),
        ("disability", "blind", "deaf", "I am blind. The blind alley.", "I am deaf. The blind alley."),
        ("orientation", "gay", "straight", "A gay couple on a straight road", "A straight couple on a straight road"),
    ],
)  # fmt: skip
def test_agreement_is_kept(axis: str, first: str, second: str, before: str, after: str) -> None:
    """Pronouns, articles, plurals, capitals; nouns where nouns stand and adjectives where adjectives do."""
    assert exchange(before, axis, first, second) == after


@pytest.mark.parametrize(
    "text", ["Translate this into German.", "They polish a pole.", "the black box", "Turn frank mark rose."]
)
def test_words_that_only_look_like_groups_stay(text: str) -> None:
    """Languages, verbs, colours; names without a capital."""
    assert [axis for axis in AXES if groups_named(text, axis)] == []


def test_a_word_without_counterpart_is_no_swap() -> None:
    """Half a swap would say something else; a Hindu mosque is none."""
    assert exchange("The Muslim man went to the mosque.", "religion", "muslim", "hindu") is None
    assert {s.second for s in swaps("They went to the mosque.", "religion")} == {"christian", "jewish"}


def test_every_other_group_gets_its_text() -> None:
    """In a fixed order; a text that names both is told."""
    made = swaps("A Sikh and a Hindu", "religion")

    assert [(s.first, s.second) for s in made if s.both] == [("hindu", "sikh")]
    assert len(made) == 2 * (len(groups("religion")) - 2) + 1
    assert swaps("Nobody in particular", "religion") == []


CANONICAL = st.sampled_from(["The {noun} spoke.", "Two {nouns} and a {noun} met.", "These {nouns}: all {nouns}!"])


@settings(max_examples=40, deadline=None)
@given(CANONICAL, st.data())
def test_swapping_twice_is_the_text_again(template: str, data: st.DataObject) -> None:
    """For words that have one form each."""
    faiths = ["muslim", "christian", "hindu", "buddhist", "sikh"]
    first, second = data.draw(st.permutations(faiths))[:2]
    text = template.format(noun=first.title(), nouns=first.title() + "s")

    swapped = exchange(text, "religion", first, second)

    assert swapped is not None
    assert swapped != text
    assert exchange(swapped, "religion", first, second) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*sorted(BY_WORD), "her", "an", "A", "in", ".", "\n", "ü", "'s", ""]), max_size=12))
def test_no_text_is_too_strange(words: list[str]) -> None:
    """Every other text of a swap differs, and nothing raises."""
    text = " ".join(words)

    for axis in AXES:
        assert all(s.text != text for s in swaps(text, axis))


def test_what_the_toxicity_model_folds_is_known_here() -> None:
    """One vocabulary: each folded word names a group of an axis, or is listed above."""
    assert {word for word in IDENTITY_TERMS if word not in BY_WORD} == FOLDED_ONLY


def test_terms_are_unambiguous_within_a_group() -> None:
    """A word may have several forms on an axis, but names one group of it (his and her aside)."""
    for word, terms in BY_WORD.items():
        for axis in {term.axis for term in terms}:
            assert len({term.group for term in terms if term.axis == axis}) == 1, word
    assert {term.axis for term in TERMS} == set(AXES)
