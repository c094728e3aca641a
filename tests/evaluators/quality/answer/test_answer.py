"""Answers beside their questions and contexts: relevance, completeness, contradiction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from spanglass_evaluators.contract import Batch, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.answer.completeness import CompletenessConfig, judge_completeness
from spanglass_evaluators.quality.answer.contradiction import ContradictionConfig, judge_contradiction
from spanglass_evaluators.quality.answer.similarity import (
    SimilarityConfig,
    embedding_of,
    relevance,
    semantic_similarity,
)
from spanglass_evaluators.quality.text.vectors import lexical_vectors

CONTEXT = "The bridge was opened on 12 May 1937. Northern traffic is allowed at night. Tickets cost 9 dollars."


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("The bridge was opened on 12 May 1952.", "number"),
        ("The bridge was not opened in May.", "negation"),
        ("Northern traffic is forbidden at night.", "antonym"),
        ("The bridge was opened on 12 May 1937.", "none"),
        ("Tickets cost 9 dollars, and children pay 4.", "none"),
        ("A tunnel was dug in 1952.", "none"),
    ],
)
def test_a_changed_detail_is_a_contradiction(answer: str, label: str) -> None:
    """In a sentence that is otherwise alike; a new claim is none. Case and spaces do not matter."""
    config = ContradictionConfig()

    judged = judge_contradiction(config, answer, CONTEXT, "", "")
    shouted = judge_contradiction(config, answer.upper().replace(" ", "  "), CONTEXT, "", "")

    assert (judged.label, judged.value) == (label, float(label != "none"))
    assert shouted.label == label


def test_the_reference_and_documents_count_as_context() -> None:
    """Whichever is there; without any there is no verdict."""
    said, config = "Tickets cost 12 dollars.", ContradictionConfig()

    assert judge_contradiction(config, said, "", CONTEXT, "").label == "number"
    assert judge_contradiction(config, said, "", "", CONTEXT).label == "number"
    assert judge_contradiction(config, said, "", "", "").value is None


def test_completeness_counts_the_references_sentences() -> None:
    """Two of three are said; the place of the third is told. Saying it too completes the answer."""
    config = CompletenessConfig()
    partly = judge_completeness(config, "The bridge was opened on 12 May 1937. Tickets cost 9 dollars.", "", CONTEXT)
    wholly = judge_completeness(config, CONTEXT, "", CONTEXT)

    assert (partly.value, partly.label) == (pytest.approx(2 / 3), "partial")
    assert "missing at 38 to 75" in partly.explanation
    assert (wholly.value, wholly.label) == (1.0, "complete")


def test_completeness_counts_the_questions_parts() -> None:
    """One of two questions is taken up."""
    judged = judge_completeness(
        CompletenessConfig(), "The bridge opened in 1937.", "When was the bridge opened? What do tickets cost?", ""
    )

    assert (judged.value, judged.label) == (0.5, "partial")


def test_relevance_follows_the_question() -> None:
    """The answer to the question is more like it than another is; an empty one has no value."""
    embed = embedding_of(SimilarityConfig())
    question = "How do I boil an egg?"
    answers = ["Boil the egg for six minutes.", "The train leaves at nine.", " "]
    batch = Batch({"output_text": answers, "input_text": [question] * 3}, 3)

    values = [j.value for j in relevance(embed, SimilarityConfig()).score(batch) if isinstance(j, Judgement)]

    assert values[2] is None
    assert (values[0] or 0) > 0.3 > (values[1] or 0)


def test_any_embedding_may_take_the_place_of_ours() -> None:
    """A function from texts to rows; the value is the cosine, whatever their length."""

    def embed(texts: Sequence[str]) -> npt.NDArray[np.floating]:
        return np.array([[3.0, 4.0] if "cat" in text else [4.0, 3.0] for text in texts])

    batch = Batch({"output_text": ["a cat"], "reference": ["a dog"]}, 1)

    [judged] = semantic_similarity(embed, SimilarityConfig()).score(batch)

    assert isinstance(judged, Judgement)
    assert judged.value == pytest.approx(24 / 25)


def test_lexical_vectors_see_no_order_case_or_small_words() -> None:
    """The same content words are the same vector."""
    one, other = lexical_vectors(["The cat chased a mouse", "MOUSE, chased: cat"])

    assert one == pytest.approx(other)


def lengths(texts: Sequence[str]) -> npt.NDArray[np.floating]:
    """An embedding of the user's: the length and one."""
    return np.array([[float(len(text)), 1.0] for text in texts])


def test_a_setting_names_an_embedding() -> None:
    """Ours by its name, the user's by its place."""
    assert embedding_of(SimilarityConfig()) is lexical_vectors
    assert embedding_of(SimilarityConfig(embedding=f"{__name__}:lengths")).__name__ == "lengths"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bert", "spanglass models"),
        ("no_such_module:embed", "names no function"),
        ("math:embed", "names no function"),
        (":", "names no function"),
    ],
)
def test_an_unknown_embedding_is_told(name: str, told: str) -> None:
    """With what would be right."""
    with pytest.raises(ConfigurationError, match=told):
        embedding_of(SimilarityConfig(embedding=name))
