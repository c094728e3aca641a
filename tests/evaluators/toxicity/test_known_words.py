"""Remembering words must not change a verdict: the model against its plain definition, to the last bit."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spanglass_evaluators.toxicity.model import WEIGHTS_PATH, ToxicityModel, plain_values
from spanglass_evaluators.toxicity.sentences import split_sentences
from spanglass_evaluators.toxicity.vocabulary import Vocabulary
from spanglass_evaluators.toxicity.weights import Weights

WEIGHTS = Weights.parse(WEIGHTS_PATH.read_bytes())
MODEL = ToxicityModel(WEIGHTS, "", Vocabulary(WEIGHTS))

_SENTENCE = re.compile(r"\S(?:[^\n\r]*?(?:\w\w[\"')\]]*[.!?]+[\"')\]]*(?=\s|$)|(?=[\n\r]|$)))")
"""What a sentence is; `split_sentences` finds the same without trying every character."""

_FRAGMENTS = (
    *("you", "u", "your", "stupid", "kill", "women", "black", "community", "person", "persona", "bzgroup", "Jews"),
    *("the", "i", "I", "a", "b", "s", "h", "t", "people", "men", "*", "**", "f*ck", "sh!t", "a$$", "@", "$", "1d10t"),
    *("wh1te", "g4y", "0", "12", "x2", "3.14", "soooo", "grrrr", "aaa", "U.S.A.", "e.g.", "i/o", "s.h.i.t", "zgroup"),
    *("http://x.y/z", "https:", "://", "www", "www.", "Www.,", "aWww", "ww'w.a", "me@x.com", "don't", "'tis", '"', "'"),
    *(")", "(", ",", ".", "...", "!", "?", '."', "_", "-", "\u2014", "\u00b4", "\u00a8", "\u0130", "\ufb00", "\u212a"),
    *("\u00e9", "e\u0301", "\u0301", "\u200b", "\u00ad", "\u0430b", "ab\u0430c", "\u043c\u0438\u0440", "\u2177"),
    *("\u00bd", "\u00b2", "\u4e2d\u6587", "\U0001f44d", "\ud800", "gay", "idiot", "you"),
)
_GAPS = ("", " ", " ", "  ", "\n", "\t", "\r\n", "\x1c", "\u2028", "\u00a0", ", ", ". ", "! ")
_MIXED = st.lists(st.tuples(st.sampled_from(_FRAGMENTS), st.sampled_from(_GAPS)), max_size=40).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
_TEXTS = st.one_of(_MIXED, st.text(max_size=200), st.text("ab.!?\"')] \n\r\t_1", max_size=60))


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=5))
@example(
    ["s h i t you", "a u.s.a b", "black people and gay men", "bzgroup people", "Www., x", "you idiot. You black men!"]
)
def test_a_remembered_word_weighs_what_it_weighed(texts: list[str]) -> None:
    """Any texts, met before or not: value and place are those of normalising and hashing each text by itself."""
    assert [(s.value, s.start, s.end) for s in MODEL.score(texts)] == [plainly(text) for text in texts]


@settings(max_examples=60, deadline=None)
@given(text=_MIXED)
def test_a_vocabulary_that_is_full_begins_again(text: str) -> None:
    """A model with room for almost nothing forgets all the time and says the same."""
    forgetful = ToxicityModel(WEIGHTS, "", Vocabulary(WEIGHTS, most_known=1))
    assert forgetful.score([text]) == MODEL.score([text]) == forgetful.score([text])


def test_a_vocabulary_says_when_it_is_full() -> None:
    """Words without end do not fill the memory: past the bound it is time for an empty one."""
    vocabulary = Vocabulary(WEIGHTS, most_known=100)
    assert not vocabulary.is_full
    vocabulary.read([f"word{chr(97 + n % 26)}{'s' * (n // 26)}" for n in range(60)])
    assert vocabulary.is_full
    assert not vocabulary.emptied().is_full


def test_threads_share_a_model() -> None:
    """Eight threads that learn the same words at once score as one thread does."""
    texts = [f"You are an idiot number {n}, {'x' * (n % 9)}word{n % 50} and the museum opens." for n in range(400)]
    shared = ToxicityModel(WEIGHTS, "", Vocabulary(WEIGHTS))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda start: shared.score(texts[start:] + texts[:start]), range(0, 400, 50)))
    alone = MODEL.score(texts)
    assert all(scores == alone[50 * n :] + alone[: 50 * n] for n, scores in enumerate(found))


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text("ab\u00e91_.!?\"')]\n\r\t\u2028\x1c, ", max_size=40), _MIXED, st.text()))
@example('Hi. There. ("So?") no... yes, e.g. this\r\n...And. that')
def test_sentences_are_those_of_the_definition(text: str) -> None:
    """Found by their ends, they are what the expression above matches; only long ones are cut again."""
    whole: list[tuple[int, int]] = []
    for start, end in split_sentences(text):
        cut = whole and whole[-1][1] == start
        whole[-1:] = [(whole[-1][0], end)] if cut else [*whole[-1:], (start, end)]
    assert whole == [match.span() for match in _SENTENCE.finditer(text)]


def plainly(text: str) -> tuple[float | None, int, int]:
    """The worst piece of a text: its value, start and end."""
    pieces = list(split_sentences(text))
    values = plain_values(WEIGHTS, [text[start:end] for start, end in pieces]) if pieces else np.array([])
    if np.isnan(values).all():
        return None, 0, 0
    worst = int(np.nanargmax(values))
    return float(values[worst]), *pieces[worst]
