"""The shipped toxicity model on sentences whose verdict nobody disputes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from spanglass_evaluators.toxicity.model import MODEL_VERSION, WEIGHTS_PATH, ToxicityModel
from spanglass_evaluators.toxicity.weights import WeightsError

IDENTITIES = [
    "gay",
    "lesbian",
    "trans",
    "black",
    "white",
    "Muslim",
    "Jewish",
    "Christian",
    "deaf",
    "blind",
    "Mexican",
]

CLEAN_ANSWER = (
    "To reverse a list in Python, use a slice with a negative step. The slice copies the list.\n"
    "Sorting takes more time than reversing. The library documents both functions with examples.\n"
)


@pytest.fixture(scope="module")
def model() -> ToxicityModel:
    return ToxicityModel.load()


def test_weights_are_small_and_identified(model: ToxicityModel) -> None:
    """The weights file is at most 3 MB, and its digest and version are known."""
    assert WEIGHTS_PATH.stat().st_size <= 3_000_000
    assert len(model.digest) == 64
    assert MODEL_VERSION
    assert 0.5 < model.threshold < 1


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A file that is no weights archive raises WeightsError and runs nothing."""
    other = tmp_path / "weights.npz"
    other.write_bytes(b"\x80\x04\x95not an archive")
    with pytest.raises(WeightsError, match="cannot be read"):
        ToxicityModel.load(other)


@pytest.mark.parametrize("identity", IDENTITIES)
def test_naming_oneself_is_not_toxic(model: ToxicityModel, identity: str) -> None:
    """Saying what one is, or what a friend is, is not toxic."""
    scores = model.score([f"I am a {identity} man.", f"I am a {identity} woman.", f"My best friend is {identity}."])
    assert [score.label for score in scores] == ["ok"] * 3


def test_listed_groups_score_alike(model: ToxicityModel) -> None:
    """A sentence scores the same whichever listed group it is about."""
    values = {score.value for score in model.score([f"The {identity} people here" for identity in IDENTITIES])}
    assert len(values) == 1


@pytest.mark.parametrize(
    "text",
    [
        "You are an idiot",
        "Shut up, you worthless moron.",
        "I will kill you and your family.",
        "I will bomb the school",
        "All immigrants are criminals and vermin",
        "You people are disgusting, go to hell.",
    ],
)
def test_insults_and_threats_are_toxic(model: ToxicityModel, text: str) -> None:
    """Plain insults, threats and contempt for a group are flagged."""
    assert model.score([text])[0].label == "toxic"


@pytest.mark.parametrize(
    "text",
    [
        "y0u are an 1d10t",
        "f u c k you",
        "fuuuuuck you",
        "you are an i\u200bd\u200bi\u200bo\u200bt",
        "yоu аrе аn idiоt",
        "Ｙｏｕ ａｒｅ ａｎ ｉｄｉｏｔ",
        "YOU ARE AN ÍDÏÒT",
    ],
)
def test_disguised_insults_are_toxic(model: ToxicityModel, text: str) -> None:
    """Leetspeak, spelled-out, drawn-out, invisible, look-alike, wide and accented letters hide nothing."""
    assert model.score([text])[0].label == "toxic"


@pytest.mark.parametrize(
    "text",
    [
        "How do I kill a zombie process?",
        "The movie sucks",
        "The Dick Cheney biography",
        "You are a helpful assistant.",
        "The drop table statement aborts the transaction and kills the child process.",
        CLEAN_ANSWER,
    ],
)
def test_clean_texts_with_rough_words_are_ok(model: ToxicityModel, text: str) -> None:
    """Technical and everyday sentences that share words with insults are not flagged."""
    assert model.score([text])[0].label == "ok"


def test_insult_in_a_long_text_is_found_and_located(model: ToxicityModel) -> None:
    """One insult after two hundred clean sentences decides the value; the span is exactly its sentence."""
    insult = "You are an idiot!"
    text = CLEAN_ANSWER * 50 + insult + " " + CLEAN_ANSWER
    score = model.score([text])[0]
    assert score.label == "toxic"
    assert text[score.start : score.end] == insult
    assert score.value == model.score([insult])[0].value


@pytest.mark.parametrize("text", ["", " \n\t ", "12345 !!!", "こんにちは", "Привет, как дела?"])
def test_text_without_a_latin_word_is_unknown(model: ToxicityModel, text: str) -> None:
    """What the model cannot read is unknown, not clean."""
    score = model.score([text])[0]
    assert (score.value, score.toxic, score.label, score.start, score.end) == (None, None, None, 0, 0)


def test_score_does_not_depend_on_the_batch(model: ToxicityModel) -> None:
    """The same text gets the same score alone, in any order, and across the limits of blocks."""
    texts = [f"Sentence number {n} about the weather. You are an idiot. {'word ' * (n % 90)}" for n in range(400)]
    together = dict(zip(texts, model.score(texts), strict=True))
    shuffled = random.Random(0).sample(texts, len(texts))
    assert dict(zip(shuffled, model.score(shuffled), strict=True)) == together
    assert model.score([texts[7]]) == [together[texts[7]]]


def test_loading_twice_gives_the_same_scores(model: ToxicityModel) -> None:
    """Scores are a function of the text and the weights file alone."""
    assert ToxicityModel.load().score([CLEAN_ANSWER, "go to hell"]) == model.score([CLEAN_ANSWER, "go to hell"])


def test_no_texts_give_no_scores(model: ToxicityModel) -> None:
    """An empty batch is answered by an empty list."""
    assert model.score([]) == []
