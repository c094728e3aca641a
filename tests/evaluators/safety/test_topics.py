"""A policy on topics by examples, with the built-in embedding and with another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spanglass_evaluators.safety.topics import OFF_TOPIC, TopicPolicy

DENY = {"medical": ["What dose of ibuprofen should I take?", "side effects of a medication", "diagnose my symptoms"]}
ALLOW = {"banking": ["How do I open a bank account?", "transfer money to my savings", "what are the card fees"]}


def test_denied_allowed_and_other_topics_are_told_apart() -> None:
    """With an allow list everything else is off topic."""
    policy = TopicPolicy(DENY, ALLOW, threshold=0.3)

    verdicts = policy.judge(["which dose of ibuprofen for a child?", "transfer money abroad", "tell me about dragons"])

    assert [(v.denied, v.topic) for v in verdicts] == [(True, "medical"), (False, "banking"), (True, OFF_TOPIC)]


def test_without_an_allow_list_other_topics_are_nobodys_concern() -> None:
    """A deny list denies what it names."""
    (verdict,) = TopicPolicy(DENY, {}, threshold=0.3).judge(["tell me about dragons"])

    assert (verdict.denied, verdict.topic) == (False, "")


def test_a_text_without_words_is_not_off_topic() -> None:
    """Nothing was said, so nothing is said of it."""
    assert [v.denied for v in TopicPolicy({}, ALLOW, threshold=0.3).judge(["", "42 !"])] == [False, False]


def test_another_embedding_decides_by_its_own_likeness() -> None:
    """Texts to vectors is all that is asked of it; lengths do not matter."""

    def by_first_letter(texts: Sequence[str]) -> np.ndarray:
        return np.array([[2.0, 0.0] if text.startswith("a") else [0.0, 3.0] for text in texts])

    policy = TopicPolicy({"a": ["apple"]}, {}, threshold=0.9, embed=by_first_letter)

    assert [v.denied for v in policy.judge(["avocado", "banana"])] == [True, False]


def test_order_of_texts_changes_nothing() -> None:
    """Each text is judged by itself."""
    policy, texts = TopicPolicy(DENY, ALLOW, threshold=0.3), ["dose of medication", "card fees", ""]

    assert policy.judge(texts) == policy.judge(texts[::-1])[::-1]
