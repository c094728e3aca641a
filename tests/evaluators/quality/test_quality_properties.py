"""What holds of every quality evaluator, whatever the text."""

from __future__ import annotations

import math
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.contract import Failure, Judgement, SpanEvaluator, target_of
from spanglass_evaluators.quality.registrations import REGISTRATIONS
from tests.evaluators.quality.any_batch import batch_of
from tests.evaluators.quality.extras import NEEDS_OVERLAP, skip_without_overlap

NAMES = [registration.name for registration in REGISTRATIONS]
PIECES = ["```", "[", "{", '"', "1,000", "%", "not", "Why", "I cannot", "\n", " ", "।", "漢字", "\x00", "‮", "ﬁ", "🏳️‍🌈"]
MEGABYTE = 1_000_000


@cache
def built(name: str) -> SpanEvaluator:
    if name in NEEDS_OVERLAP:
        skip_without_overlap()
    options = {"schema": '{"type": "object"}'} if name == "json_schema" else {}
    return next(r for r in REGISTRATIONS if r.name == name).build(options)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(text=st.one_of(st.text(), st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join)))
def test_any_text_is_judged_and_always_alike(name: str, text: str) -> None:
    """One result a row; a value is a finite number; the same text gets the same result, beside others or not."""
    evaluator = built(name)

    first = list(evaluator.score(batch_of(evaluator, text, "Something else.")))
    again = list(evaluator.score(batch_of(evaluator, text)))

    assert len(first) == 2
    assert first[0] == again[0]
    assert isinstance(first[0], Failure) or first[0].value is None or math.isfinite(first[0].value)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("piece", ["a", "word ", "[", "1,", "A b. ", "```\n", "not a, "])
def test_a_megabyte_is_judged_in_bounded_time(name: str, piece: str) -> None:
    """Nothing takes time with more than a bound: the longest takes seconds, not minutes."""
    evaluator = built(name)

    [result] = evaluator.score(batch_of(evaluator, piece * (MEGABYTE // len(piece))))

    assert isinstance(result, (Judgement, Failure))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("reference_match", "code_runs")])
def test_nothing_is_said_of_nothing(name: str) -> None:
    """An empty text is never a good or a bad answer, save where an empty one is wrong against its reference."""
    evaluator = built(name)

    [result] = evaluator.score(batch_of(evaluator, ""))

    assert isinstance(result, Failure) or result.value is None or name in JUDGE_THE_EMPTY, result


JUDGE_THE_EMPTY = {"format", "token_f1", "bleu", "chrf", "ter", "rouge", "json_schema"}


def test_targets_are_told() -> None:
    """Which ones judge traces and sessions, by name: the engine reads it from the evaluator."""
    other = {name: target_of(built(name)) for name in NAMES if name not in NEEDS_OVERLAP}

    assert {name for name, target in other.items() if target == "trace"} == {
        "groundedness_of_trace", "tool_loops", "task_success", "context_utilisation",
    }  # fmt: skip
    assert {name for name, target in other.items() if target == "session"} == {
        "user_frustration", "resolution", "abandonment", "repeated_questions",
    }  # fmt: skip
