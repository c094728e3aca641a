"""Two answers compared in both orders: what is gained by standing first is found and not counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from judge_server import JudgeServer, texts_of, verdict

from spanglass_evaluators.contract import Batch

BatchOf = Callable[..., Batch]


def longer(body: dict[str, Any]) -> str:
    """A judge with a taste: the longer answer wins."""
    texts = texts_of(body)
    first, second = len(texts["FIRST"]), len(texts["SECOND"])
    return verdict(body, winner="tie" if first == second else "first" if first > second else "second")


@pytest.mark.parametrize(
    ("answer", "other", "value", "label"),
    [("a long one", "short", 1.0, "answer"), ("short", "a long one", 0.0, "other"), ("same", "size", 0.5, "tie")],
)
def test_both_orders_agree(
    server: JudgeServer, judge_of: Any, batch_of: BatchOf, answer: str, other: str, value: float, label: str
) -> None:
    """The answer is asked about twice, once in each place."""
    server.reply = longer

    [result] = judge_of(kind="pairwise").score(batch_of([answer], metadata__baseline=[other]))

    assert (result.value, result.label) == (value, label)
    assert sorted(texts_of(body)["FIRST"] for body in server.requests) == sorted([answer, other])


@pytest.mark.parametrize(("disagreement", "value"), [("undecided", None), ("tie", 0.5)])
def test_a_judge_that_likes_what_stands_first_decides_nothing(
    server: JudgeServer, judge_of: Any, batch_of: BatchOf, disagreement: str, value: float | None
) -> None:
    """Both orders contradict each other; the winners by place are kept, for the position bias."""
    server.reply = lambda body: verdict(body, winner="first")
    judge = judge_of(kind="pairwise", disagreement=disagreement)

    [result] = judge.score(batch_of(["a"], metadata__baseline=["b"]))

    assert (result.value, result.label) == (value, disagreement)
    assert orjson.loads(result.explanation)["orders"] == [["first", "first"]]


def test_three_judges_vote(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """Two for the longer answer, one for whatever stands first: the answer wins."""
    server.reply = lambda body: verdict(body, winner="first") if body["model"] == "c" else longer(body)
    judge = judge_of(kind="pairwise", judges=[{"model": m} for m in "abc"])

    [result] = judge.score(batch_of(["a long one"], metadata__baseline=["short"]))

    assert result.value == 1.0


def test_the_other_answer_may_be_any_column(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """`against`; spans without one are not judged."""
    server.reply = longer
    judge = judge_of(kind="pairwise", against="metadata.old's")

    assert judge.columns == ("input_text", "output_text", "metadata.old's")
    assert "spanglass.metadata.old''s'] != ''" in judge.where
