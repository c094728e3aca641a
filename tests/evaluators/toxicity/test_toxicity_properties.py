"""What must not change a verdict, and what must not stop the model: any text at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.toxicity.model import ToxicityModel

MODEL = ToxicityModel.load()
_VOCABULARY = (
    "you are an idiot",
    "the museum",
    "opens at nine",
    "thank",
    "stupid",
    "women",
    "Muslims",
    "I hate",
    "I will kill",
)
_WORDS = st.lists(
    st.sampled_from(
        [
            "you",
            "are",
            "an",
            "idiot",
            "the",
            "museum",
            "opens",
            "at",
            "nine",
            "thank",
            "stupid",
            "women",
            "Muslims",
            "hate",
            "I",
            "will",
            "kill",
        ]
    ),
    min_size=1,
    max_size=15,
).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(text=_WORDS, spaces=st.sampled_from([" ", "   ", "\t "]))
def test_case_and_white_space_do_not_matter(text: str, spaces: str) -> None:
    """Shouting and wide spacing give the same value, as long as the sentence is not so long that it is cut."""
    short = text[:100]
    plain = MODEL.score([short])[0].value
    shouted, wide = (s.value for s in MODEL.score([short.upper(), f" {spaces.join(short.split()[:8])} "]))
    assert shouted == plain
    assert wide == MODEL.score([" ".join(short.split()[:8])])[0].value


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_gets_a_verdict_or_none(text: str) -> None:
    """Any Unicode: a probability and a span within the text, or unknown; the same each time."""
    score = MODEL.score([text])[0]
    assert score == MODEL.score([text])[0]
    assert score.value is None or 0 <= score.value <= 1
    assert 0 <= score.start <= score.end <= len(text)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(_WORDS, min_size=2, max_size=6), extra=_WORDS)
def test_adding_a_sentence_never_lowers_the_value(texts: list[str], extra: str) -> None:
    """The worst sentence decides: more text can only raise it. Order of texts does not matter."""
    before = [s.value or 0 for s in MODEL.score([f"{t}.\n" for t in texts])]
    after = [s.value or 0 for s in MODEL.score([f"{t}.\n{extra}.\n" for t in texts])]
    assert all(a >= b for a, b in zip(after, before, strict=True))
    assert [s.value or 0 for s in MODEL.score([f"{t}.\n" for t in reversed(texts)])] == before[::-1]


def test_a_megabyte_and_lone_surrogates_are_judged() -> None:
    """One line of a megabyte, a megabyte of stops, and half a character."""
    for text in ("idiot " * 170_000, "." * 1_000_000, "a" * 1_000_000, "\ud800\udfff you idiot \ud800", "\x00" * 10):
        MODEL.score([text])
