"""Sessions: their turns out of model calls, and the four scores."""

from __future__ import annotations

import pytest

from spanglass_evaluators.quality.conversation.cues import frustration, is_thankful
from spanglass_evaluators.quality.conversation.sessions import (
    FrustrationConfig,
    RepeatedQuestionsConfig,
    judge_abandonment,
    judge_frustration,
    judge_repeated,
    judge_resolution,
)
from spanglass_evaluators.quality.conversation.turns import Turn, turns_of
from spanglass_evaluators.quality.rule import NoSettings

NONE = NoSettings()
ASKED = Turn("How do I change my flight to Rome?", "Open your booking and choose another date.")


def test_many_calls_for_one_message_are_one_turn() -> None:
    """An agent's calls repeat the message; the last that said something is the answer; tools do not count."""
    kinds = ["llm", "tool", "llm", "llm"]
    questions = ["Book it.", "ignored", "Book it.", "Thanks!"]
    answers = ["", "ignored", "Booked.", "Gladly."]

    assert turns_of(kinds, questions, answers, ["Ok"] * 4) == [Turn("Book it.", "Booked."), Turn("Thanks!", "Gladly.")]


def test_a_message_that_is_sent_again_after_an_answer_is_a_new_turn() -> None:
    """The user asked again; but one call recorded twice is one turn, and a retry after an error too."""
    again = turns_of(["llm"] * 2, ["Why?"] * 2, ["Because.", "It is so."], ["Ok"] * 2)
    twice = turns_of(["llm"] * 2, ["Why?"] * 2, ["Because."] * 2, ["Ok"] * 2)
    retried = turns_of(["llm"] * 2, ["Why?"] * 2, ["", "Because."], ["Error", "Ok"])

    assert [turn.answer for turn in again] == ["Because.", "It is so."]
    assert twice == retried == [Turn("Why?", "Because.")]


@pytest.mark.parametrize(
    "message",
    [
        "This is ridiculous, I want to talk to a human.",
        "I already told you my booking number.",
        "That’s not what I asked.",
        "No, that is wrong. It still doesn't work!!!",
        "WHY WILL NOBODY HELP ME HERE?!",
        "Forget it.",
    ],
)
def test_annoyed_messages_are_seen(message: str) -> None:
    """The usual ways of saying so."""
    assert frustration(message) >= 0.5


@pytest.mark.parametrize(
    "message",
    [
        "How do I get rid of an error in Python?",
        "No, thank you. That is all.",
        "Please book the flight again for my wife.",
        "Is it wrong to use a list here?",
        "ETA of UA 100?",
    ],
)
def test_calm_messages_are_left_alone(message: str) -> None:
    """Words of trouble are no trouble with us."""
    assert frustration(message) < 0.5


def test_one_annoyed_message_among_many_is_found() -> None:
    """The most annoyed one decides, wherever it stands; and no calm turn more lowers it."""
    turns = [ASKED, Turn("You are not listening!", "I am sorry."), ASKED]

    judged = judge_frustration(FrustrationConfig(), turns)

    assert (judged.label, judged.explanation) == ("frustrated", "turn 2 of 3")
    assert judge_frustration(FrustrationConfig(), [*turns, ASKED]).value == judged.value


@pytest.mark.parametrize(
    ("last", "label", "value"),
    [
        (Turn("Perfect, thanks!", "Gladly."), "resolved", 1.0),
        (Turn("Never mind.", "All right."), "gave_up", 0.0),
        (Turn("And now?", ""), "failed", 0.0),
        (Turn("And now?", "I am transferring you to a human agent."), "handed_over", 0.0),
        (Turn("And now?", "I'm sorry, but I can't help with that request."), "refused", 0.0),
        (Turn("This is useless.", "I see."), "frustrated", 0.0),
        (Turn("And to Paris?", "The same way."), "unknown", None),
    ],
)
def test_how_a_session_ended(last: Turn, label: str, value: float | None) -> None:
    """By the last turn; what it does not tell is unknown."""
    judged = judge_resolution(NONE, [ASKED, last])

    assert (judged.label, judged.value) == (label, value)


@pytest.mark.parametrize(
    ("last", "label"),
    [
        (Turn("And now?", "", failed=True), "unanswered"),
        (Turn("I give up.", "Sorry to hear that."), "gave_up"),
        (Turn("Change it.", "To which date?"), "question_left"),
        (Turn("Thanks, that works.", "Anything else?"), "completed"),
        (Turn("Change it.", "Done."), "completed"),
    ],
)
def test_who_left_before_the_end(last: Turn, label: str) -> None:
    """A question of the assistant that nobody answers, silence, or a word of giving up; politeness is none."""
    assert judge_abandonment(NONE, [ASKED, last]).label == label


def test_the_same_question_in_nearly_the_same_words_is_a_repeat() -> None:
    """Order, case and small words do not matter; short replies never count."""
    again = Turn("How to CHANGE the flight, to Rome?", "As I said.")
    other = Turn("Which terminal does the train leave from?", "The second.")

    judged = judge_repeated(RepeatedQuestionsConfig(), [ASKED, other, Turn("yes", "ok"), again, Turn("yes", "ok")])

    assert (judged.value, judged.label) == (0.5, "repeats")
    assert judge_repeated(RepeatedQuestionsConfig(), [ASKED, Turn("yes", "ok")]).value is None


def test_thanks_that_are_taken_back_are_none() -> None:
    """`Thanks for nothing` is no praise."""
    assert is_thankful("Thank you, that works.")
    assert not is_thankful("Thanks for nothing.")
