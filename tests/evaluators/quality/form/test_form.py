"""The form of answers: cut off, repeating, in the asked format and language, readable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.contract import Failure
from spanglass_evaluators.quality.form.format import FORMATS, FormatConfig, judge_format
from spanglass_evaluators.quality.form.language import LanguageConfig, judge_language
from spanglass_evaluators.quality.form.readability import readability
from spanglass_evaluators.quality.form.repetition import RepetitionConfig, judge_repetition
from spanglass_evaluators.quality.form.truncation import judge_truncation
from spanglass_evaluators.quality.rule import NoSettings

NONE = NoSettings()
PROSE = "The bridge was built in four years. It was opened in May, and it is painted in orange. "


@pytest.mark.parametrize(
    ("answer", "reasons", "label"),
    [
        ("Anything.", ["length"], "length"),
        ("Anything.", ["stop", "max_tokens"], "length"),
        ("```python\nprint(1)\n", [], "code"),
        ('{"a": [1, 2', [], "brackets"),
        (PROSE + "The reason for this is that the", [], "sentence"),
        ("- One is here.\n- Two is here.\n- Three is", [], "sentence"),
        ("The reason for this is that the", ["stop"], "complete"),
        ("Paris", [], "complete"),
        ("Here are three:\n- red\n- green\n- blue", [], "complete"),
        ("Dear Ann,\n\n" + PROSE + "\n\nBest regards,\nJohn Smith", [], "complete"),
        ("橋は四年で建てられました。", [], "complete"),
        ("```python\nprint(1)\n```", [], "complete"),
        ('{"a": [1, 2]}', [], "complete"),
    ],
)
def test_an_answer_that_was_cut_off_is_told(answer: str, reasons: list[str], label: str) -> None:
    """By the model's word first, then by how the text ends; names, lists and letters may end without a stop."""
    judged = judge_truncation(NONE, answer, reasons)

    assert (judged.label, judged.value) == (label, 0.0 if label == "complete" else 1.0)


@given(start=st.integers(min_value=1, max_value=6), more=st.integers(min_value=1, max_value=5))
@settings(max_examples=20, deadline=None)
def test_repeating_more_never_lowers_repetition(start: int, more: int) -> None:
    """The same sentence once more repeats as much or more; and the case of letters does not matter."""
    varied = "One thing leads to another, and so on it goes until nobody can say where it all began. "
    few, many = (judge_repetition(RepetitionConfig(), varied + PROSE * n) for n in (start, start + more))

    assert few.value is not None
    assert many.value is not None
    assert many.value >= few.value
    assert judge_repetition(RepetitionConfig(), (varied + PROSE * start).upper()).value == few.value


@pytest.mark.parametrize(
    ("answer", "label"),
    [("so it goes on and on " * 30, "repeats"), (PROSE, "varied"), ("Yes.", "short"), ("好" * 90, "repeats")],
)
def test_loops_repeat_and_prose_does_not(answer: str, label: str) -> None:
    """Also in a script without spaces; a word says nothing either way."""
    assert judge_repetition(RepetitionConfig(), answer).label == label


@pytest.mark.parametrize(
    ("wanted", "right", "wrong"),
    [
        ("json", '```json\n{"a": 1}\n```', "{'a': 1}"),
        ("json_bare", "[1]", "```json\n[1]\n```"),
        ("json_object", '{"a": 1}', "[1]"),
        ("xml", "<a><b/></a>", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        ("list", "Here they are:\n- one\n- two", "one, two"),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", "a, b"),
        ("code", "```sql\nSELECT 1\n```", "Run `SELECT 1`."),
        ("one_line", "Paris\n", "Paris\nFrance"),
        ("no_markdown", "Plain words.", "**Bold** words."),
    ],
)
def test_each_format_is_known_from_its_opposite(wanted: str, right: str, wrong: str) -> None:
    """A right example adheres, a wrong one does not."""
    values = [judge_format(FormatConfig(), answer, wanted) for answer in (right, wrong)]

    assert [value.value for value in values if not isinstance(value, Failure)] == [1.0, 0.0]


def test_every_format_has_an_example() -> None:
    """The cases above are all there are; and an unknown one fails with those that exist."""
    known = {mark.args[1][i][0] for mark in test_each_format_is_known_from_its_opposite.pytestmark for i in range(9)}
    failure = judge_format(FormatConfig(), "x", "prose")

    assert known == set(FORMATS)
    assert isinstance(failure, Failure)
    assert "json_object" in failure.reason


@pytest.mark.parametrize(
    ("answer", "question", "value", "label"),
    [
        (
            "Die Brücke wurde in vier Jahren gebaut und im Mai eröffnet.",
            "Wann wurde die Brücke denn eröffnet?",
            1.0,
            "de",
        ),
        ("The bridge was built in four years and opened in May.", "Wann wurde die Brücke denn eröffnet?", 0.0, "en"),
        ("Yes.", "Wann wurde die Brücke denn eröffnet?", None, "unknown"),
    ],
)
def test_an_answer_should_be_in_the_language_of_its_question(
    answer: str, question: str, value: float | None, label: str
) -> None:
    """And what is too short to tell has no value."""
    judged = judge_language(LanguageConfig(), answer, question)

    assert (judged.value, judged.label) == (value, label)


def test_the_formulas_are_those_of_their_authors() -> None:
    """Computed by hand for 33 words in 3 sentences of 11 words, 5 letters each."""
    found = readability("Above " * 10 + "above. " + "Below " * 10 + "below. " + "Bread " * 10 + "bread.")

    assert found == {
        "ari": pytest.approx(4.71 * 5 + 0.5 * 11 - 21.43),
        "coleman_liau": pytest.approx(0.0588 * 500 - 0.296 * (3 / 33 * 100) - 15.8),
        "lix": pytest.approx(11.0),
    }


def test_longer_words_are_harder_to_read() -> None:
    """All three formulas rise; the order of sentences does not matter."""
    easy, hard = (readability(text) for text in ("We go to the sea. " * 10, "Transportation infrastructure is. " * 12))
    turned = readability("It is so. " * 10 + "We go to the sea. " * 10)

    assert easy is not None
    assert hard is not None
    assert all(hard[name] > easy[name] for name in easy)
    assert turned == readability("We go to the sea. " * 10 + "It is so. " * 10)
