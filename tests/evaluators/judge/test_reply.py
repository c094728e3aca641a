"""Verdicts out of what models write around them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.judge.errors import Unreadable
from spanglass_evaluators.judge.injection import suspicion
from spanglass_evaluators.judge.prompt import Question, cut
from spanglass_evaluators.judge.reply import read_reply

POINTS = {"type": "integer", "enum": [1, 2, 3, 4, 5]}
SCHEMA = Question("", (), {"points": POINTS}).schema
GOOD = {"code": "c0de", "reason": "so", "points": 4}


def read(text: str, schema: Mapping[str, Any] = SCHEMA) -> dict[str, Any]:
    return read_reply(text, schema, "c0de")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        f"Here you are:\n```json\n{json.dumps(GOOD, indent=2)}\n```\nGood luck!",
        '{"code": "c0de", "reason": "so", "points": 4,}',
        '{"code": "c0de", "reason": "so", "points": "4"}',
        '{"code": "c0de", "reason": "so", "points": "4/5"}',
        '{"code": "c0de", "reason": "so", "points": 4.0}',
        f'<think>{{"points": 1}} or maybe {{"draft": true}}</think> {json.dumps(GOOD)}',
        f"{{ {{ {{ {json.dumps(GOOD)}",
    ],
)
def test_what_stands_around_the_object_is_forgiven(text: str) -> None:
    """Fences, thoughts, a trailing comma, numbers as text."""
    assert read(text) == GOOD


def test_the_last_verdict_counts() -> None:
    """What a model thinks aloud, or quotes, comes before what it says."""
    assert read(json.dumps(GOOD | {"points": 1}) + json.dumps(GOOD))["points"] == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no JSON object"),
        ("[4]", "no JSON object"),
        (json.dumps(GOOD | {"points": 6}), "points does not fit"),
        (json.dumps(GOOD | {"points": True}), "points does not fit"),
        (json.dumps({"code": "c0de", "points": 4}), "does not fit the schema (required)"),
        (json.dumps(GOOD | {"more": 1}), "additionalProperties"),
        (json.dumps(GOOD | {"code": "other"}), "code"),
        ('{"a":' * 50_000, "no JSON object"),
    ],
)
def test_what_is_no_verdict_is_told(text: str, problem: str) -> None:
    """In words that go back to the model; never with what it wrote."""
    with pytest.raises(Unreadable) as raised:
        read(text)

    assert problem in str(raised.value)


@settings(max_examples=60, deadline=None)
@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No reply and no answer brings the judge down, whatever is in it."""
    with pytest.raises(Unreadable):
        read(text)
    assert isinstance(suspicion(text), str)


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text())
def test_a_verdict_is_found_between_any_texts(before: str, after: str) -> None:
    """As long as nothing before it opens an object that swallows it."""
    around = [text.replace("{", "") for text in (before, after)]

    assert read(around[0] + json.dumps(GOOD) + around[1]) == GOOD


@pytest.mark.parametrize(
    "text", ["{" * 1_000_000, '{"a":' * 200_000, "ignore " * 150_000, '"reason":' * 100_000, "give " * 200_000]
)
def test_a_megabyte_is_read_at_once(text: str) -> None:
    """Texts made to keep the rules busy; the test's own time limit is the bound."""
    with pytest.raises(Unreadable):
        read(text)
    assert isinstance(suspicion(text), str)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.integers(1, 100))
def test_a_cut_text_keeps_both_ends(text: str, longest: int) -> None:
    """And says how much is missing."""
    kept = cut(text, longest)

    assert kept == text if len(text) <= longest else (kept[: longest * 2 // 3] == text[: longest * 2 // 3])
    assert len(text) <= longest or f"{len(text) - longest} characters" in kept
