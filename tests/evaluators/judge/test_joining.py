"""Several judges and both orders as one verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_server import JudgeServer, completion, texts_of, verdict

from spanglass_evaluators.contract import Batch
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.judge.calibration.map import CalibrationMap
from spanglass_evaluators.judge.joining import SWAPPED, join_orders, join_values, join_winners

WINNERS = st.sampled_from(["first", "second", "tie"])
VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=9)


@given(WINNERS, WINNERS, st.sampled_from(["undecided", "tie"]))
def test_swapping_the_answers_swaps_the_verdict(straight: str, swapped: str, disagreement: str) -> None:
    """Whatever a judge says by place: (b, a) is won by the other one, or undecided alike."""
    there = join_orders(straight, swapped, disagreement)
    back = join_orders(swapped, straight, disagreement)

    assert back == SWAPPED.get(there, there)


@settings(max_examples=50)
@given(VALUES, st.sampled_from(["mean", "median", "majority"]), st.randoms())
def test_judges_are_joined_whatever_their_order(values: list[float], join: str, random: Any) -> None:
    """Between the least and the most of them, or nothing; 1 says what it says."""
    shuffled = random.sample(values, len(values))
    joined, again = (join_values(each, join, 1.0) for each in (values, shuffled))

    assert joined == pytest.approx(again) if joined.value is None else joined.value == pytest.approx(again.value)
    assert joined.value is None or min(values) - 1e-12 <= joined.value <= max(values) + 1e-12
    assert join_values(values[:1], join, 0.0).value == values[0]


def test_a_majority_is_more_than_half() -> None:
    """Two of four are none."""
    assert join_winners(["first", "first", "second"]) == "first"
    assert join_winners(["first", "first", "second", "tie"]) == "undecided"
    assert join_values([1.0, 1.0, 0.0, 0.5], "majority", 1.0).value is None


def test_swapped_answers_over_the_wire_have_opposite_values(server: JudgeServer, judge_of: Any) -> None:
    """A judge of lengths asked (a, b) and (b, a): the values add up to 1, ties included."""

    def longer(body: dict[str, Any]) -> str:
        first, second = (len(texts_of(body)[name]) for name in ("FIRST", "SECOND"))
        return verdict(body, winner="tie" if first == second else "first" if first > second else "second")

    server.reply = longer
    ones, others = ["a", "long one", "\u0000x", "é" * 50], ["other", "longest one", "yz", "e" * 50]
    judge = judge_of(kind="pairwise")
    rows = {"input_text": ["?"] * 4}
    there = judge.score(Batch(rows | {"output_text": ones, "metadata.baseline": others}, 4))
    back = judge.score(Batch(rows | {"output_text": others, "metadata.baseline": ones}, 4))

    assert [a.value + b.value for a, b in zip(there, back, strict=True)] == [1.0] * 4


def test_a_calibrated_judge_speaks_peoples_language(server: JudgeServer, judge_of: Any, tmp_path: Path) -> None:
    """The value is mapped, the judge's own is kept, and the digest is another one than without the map."""
    CalibrationMap("isotonic", points=((0.0, 0.0), (1.0, 0.4)), n=99).save(tmp_path / "map.json")
    plain, mapped = judge_of(), judge_of(calibration=str(tmp_path / "map.json"))

    [result] = mapped.score(Batch({"input_text": ["?"], "output_text": ["Four."]}, 1))

    assert result.value == pytest.approx(0.3)
    assert orjson.loads(result.explanation)["raw"] == 0.75
    assert config_digest(plain.config) != config_digest(mapped.config)


def test_a_pair_is_declined_when_one_order_is(server: JudgeServer, judge_of: Any) -> None:
    """No half verdicts."""
    server.then(lambda body: verdict(body, winner="first"), completion("", refusal="no"))

    [result] = judge_of(kind="pairwise", concurrency=1).score(
        Batch({"input_text": ["?"], "output_text": ["a"], "metadata.baseline": ["b"]}, 1)
    )

    assert (result.value, result.label) == (None, "declined")
