"""Sentences and normalisation, for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.toxicity.identity import GROUP
from spanglass_evaluators.toxicity.model import ToxicityModel
from spanglass_evaluators.toxicity.normalise import normalise_block
from spanglass_evaluators.toxicity.sentences import MAX_PIECE_CHARS, split_sentences

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=400)
MODEL = ToxicityModel.load()


@given(ANY_TEXT)
def test_pieces_cover_all_but_white_space(text: str) -> None:
    """Pieces are in order, not empty, not too long, hold no line break, and leave out only white space."""
    at = 0
    for start, end in split_sentences(text):
        assert text[at:start].strip() == ""
        assert 0 < end - start <= MAX_PIECE_CHARS
        assert not set("\n\r") & set(text[start:end])
        at = end
    assert text[at:].strip() == ""


@given(st.lists(ANY_TEXT.map(lambda text: text.replace("\n", " ")), min_size=1, max_size=5))
def test_normalising_keeps_lines(lines: list[str]) -> None:
    """Line i of a normalised block is line i of the block, normalised alone."""
    folded = normalise_block("\n".join(lines)).split("\n")
    assert [line.strip() for line in folded] == [normalise_block(line).strip() for line in lines]


@settings(deadline=None)
@given(ANY_TEXT)
def test_any_text_is_scored_or_unknown(text: str) -> None:
    """No string makes scoring fail; a value is a probability and its span lies inside the text."""
    score = MODEL.score([text])[0]
    assert score.value is None or 0 <= score.value <= 1
    assert 0 <= score.start <= score.end <= len(text)


@given(ANY_TEXT)
def test_case_does_not_matter_in_ascii(text: str) -> None:
    """Shouting an ASCII text leaves its value as it is."""
    plain = text.encode("ascii", "ignore").decode()
    assert MODEL.score([plain.upper()])[0].value == MODEL.score([plain.lower()])[0].value


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("h3llo w0rld", "hello world"),
        ("gpt4 is 10x faster", "gpt4 is 10x faster"),
        ("mail me@example.org", "mail"),
        ("s p e l l e d out", "spelled out"),
        ("loooong", "long"),
        ("h\u200bid\u00adden", "hidden"),
        ("привет", "привет"),
        ("gay people and black women", f"{GROUP} and {GROUP}"),
        ("don't stop", "dont stop"),
    ],
)
def test_spellings_are_folded(text: str, folded: str) -> None:
    """Disguises are undone; numbers in names, other alphabets and plain words stay."""
    assert normalise_block(text).strip() == folded


def test_a_huge_text_is_scored() -> None:
    """A megabyte without a full stop is scored, and the one line with an insult is found."""
    text = "word " * 200_000 + "\nyou are an idiot\n" + "word " * 10
    score = MODEL.score([text])[0]
    assert score.toxic
    assert "idiot" in text[score.start : score.end]
