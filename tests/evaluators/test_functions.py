"""A plain function becomes an evaluator."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from spanglass_evaluators import Batch, Failure, Judgement, evaluator
from spanglass_evaluators.errors import ContractError
from spanglass_evaluators.functions import as_judgement


@pytest.mark.parametrize(
    ("answer", "judgement"),
    [
        (0.5, Judgement(0.5)),
        (True, Judgement(1.0)),
        ("polite", Judgement(None, "polite")),
        (None, Judgement(None)),
        ((0.2, "rude"), Judgement(0.2, "rude")),
        (Judgement(1.0, explanation="why"), Judgement(1.0, explanation="why")),
    ],
)
def test_what_a_function_may_answer(answer: Any, judgement: Judgement) -> None:
    """Numbers, bools, labels, None, pairs and judgements."""
    assert as_judgement(answer) == judgement


def test_anything_else_breaks_the_contract() -> None:
    """The message says what was answered."""
    with pytest.raises(ContractError, match="answered dict"):
        as_judgement({})


def test_one_bad_row_costs_only_itself() -> None:
    """A function of one text raises for one text."""

    @evaluator(name="inverse")
    def inverse(text: str) -> float:
        return 1 / len(text)

    results = inverse.score(Batch({"output_text": ["ab", "", "abcd"]}, 3))

    assert results[0] == Judgement(0.5)
    assert isinstance(results[1], Failure)
    assert results[2] == Judgement(0.25)


def test_a_function_may_take_whole_columns() -> None:
    """A model wants batches."""

    @evaluator(name="same", columns=("output_text", "reference"), takes_batch=True)
    def same(answers: list[str], references: list[str]) -> list[bool]:
        return [a == r for a, r in zip(answers, references, strict=True)]

    results = same.score(Batch({"output_text": ["a", "b"], "reference": ["a", "a"]}, 2))

    assert results == [Judgement(1.0), Judgement(0.0)]


def test_a_decorated_function_is_still_a_function() -> None:
    """It can be called, and tested, as before."""
    assert evaluator(name="length")(len)("four") == 4


def test_an_async_function_is_awaited_many_rows_at_once() -> None:
    """As many as `at_once`; one bad row costs only itself, and says whether another try may help."""
    running, most = 0, 0

    @evaluator(name="remote", at_once=3)
    async def remote(text: str) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        if text == "busy":
            raise Busy
        return len(text)

    results = remote.score(Batch({"output_text": ["a", "busy", "ccc", "dddd", "e"]}, 5))

    assert most == 3
    assert results[1] == Failure("Busy: ", retryable=True)
    assert [result.value for result in results if isinstance(result, Judgement)] == [1, 3, 4, 1]


class Busy(Exception):
    """What a client raises at a limit of requests."""

    retryable = True
