"""Text is found in every shape messages come in, and in what a length limit left of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_evaluators.messages import asked_text, said_text

GENAI = [
    {"role": "user", "parts": [{"type": "text", "content": "Hi"}]},
    {
        "role": "assistant",
        "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "Hello"}],
    },
    {"role": "user", "parts": [{"type": "text", "content": "And now?"}]},
]


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        (json.dumps([{"role": "assistant", "content": "plain"}]), "plain"),
        (json.dumps([{"role": "assistant", "content": [{"type": "text", "text": "listed"}]}]), "listed"),
        (json.dumps([{"message": {"role": "assistant", "content": "wrapped"}}]), "wrapped"),
        (json.dumps({"role": "assistant", "content": "alone"}), "alone"),
        (json.dumps(["a", "b"]), "a\n\nb"),
        (json.dumps("quoted"), "quoted"),
        ("not JSON at all", "not JSON at all"),
        ('[{"role": "assistant", "parts": [{"type": "text", "content": "cut o', "cut o"),
        (json.dumps([{"role": "assistant", "parts": [{"type": "tool_call", "name": "f"}]}]), "fallback"),
        (json.dumps([{"role": "assistant", "content": None}]), "fallback"),
        ("", "fallback"),
    ],
)
def test_what_was_said(messages: str, text: str) -> None:
    """Text parts, in order; the fallback when there are none."""
    assert said_text(messages, "fallback") == text


def test_what_was_asked_is_the_last_user_message() -> None:
    """Earlier turns were judged with their own spans."""
    assert asked_text(json.dumps(GENAI)) == "And now?"


def test_reasoning_is_not_said() -> None:
    """Nobody was told it."""
    assert said_text(json.dumps(GENAI[1:2])) == "Hello"


KEYS = st.sampled_from(["role", "parts", "content", "text", "type", "message"])
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text()


@given(st.recursive(LEAVES, lambda j: st.lists(j) | st.dictionaries(KEYS, j), max_leaves=12))
def test_no_json_is_too_strange(value: object) -> None:
    """Whatever JSON an app sends, the answer is text."""
    assert isinstance(said_text(json.dumps(value)), str)
    assert isinstance(asked_text(json.dumps(value)), str)
