"""Support in a context: in examples, and against the human labels of BEGIN."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import orjson
import pytest
from sklearn.metrics import roc_auc_score

from spanglass_evaluators.quality.grounding.groundedness import (
    RULE,
    TRACE_RULE,
    GroundednessConfig,
    groundedness,
)
from spanglass_evaluators.quality.rule import evaluator_of

BEGIN = Path(__file__).parents[5] / "shared" / "data" / "begin_groundedness" / "turns.jsonl.gz"
CONTEXT = (
    "The bridge was opened on 12 May 1937 after four years of work. It is painted in international orange. "
    "About 112,000 vehicles cross it every day, and pedestrians may use the eastern walkway."
)


def test_what_the_context_says_is_grounded_and_found() -> None:
    """A sentence of the context in other order is supported, and the place is shown."""
    judged = groundedness(GroundednessConfig(), "The bridge is painted in international orange.", CONTEXT)

    [sentence] = orjson.loads(judged.explanation)
    assert judged.label == "grounded"
    assert "painted in international orange" in CONTEXT[slice(*sentence["found"])]


def test_the_sentence_without_support_is_named() -> None:
    """One invention beside one fact: partly grounded, and the invention stands first."""
    answer = "The bridge is painted in international orange. Its architect died of smallpox in Brazil."

    judged = groundedness(GroundednessConfig(), answer, CONTEXT)

    worst = orjson.loads(judged.explanation)[0]["said"]
    assert judged.label == "partly_grounded"
    assert answer[slice(*worst)] == "Its architect died of smallpox in Brazil."


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("About 112,000 vehicles cross it every day.", "About 512,000 vehicles cross it every day."),
        ("Pedestrians may use the eastern walkway.", "Pedestrians may not use the eastern walkway."),
        ("The bridge was opened on 12 May 1937.", "The bridge was opened on 12 May 1952."),
    ],
)
def test_a_changed_number_and_a_negation_cost(right: str, wrong: str) -> None:
    """The altered sentence is judged below the one that is right."""
    values = [groundedness(GroundednessConfig(), text, CONTEXT).value or 0 for text in (right, wrong)]

    assert values[1] < 0.7 * values[0]


@pytest.mark.parametrize(
    ("answer", "context", "label"),
    [("", CONTEXT, "no_answer"), ("Something.", " ", "no_context"), ("Well, yes, I am.", CONTEXT, "no_claims")],
)
def test_what_cannot_be_checked_has_no_value(answer: str, context: str, label: str) -> None:
    """Nothing said, nothing given, or nothing claimed."""
    judged = groundedness(GroundednessConfig(), answer, context)

    assert (judged.value, judged.label) == (None, label)


def test_a_trace_is_judged_on_what_its_retrievers_and_tools_returned() -> None:
    """The last answer of the model, against documents and tool results, whatever their order."""
    kinds = ["agent", "llm", "retriever", "tool", "llm"]
    answers = ["", "Let me look.", "", "", "The bridge was opened in May 1937 and costs 9 dollars."]
    documents = ["", "", CONTEXT, "", ""]
    outputs = ["", "", "ignored", "toll: 9 dollars", ""]

    judged = TRACE_RULE.judge(GroundednessConfig(), kinds, answers, documents, outputs)
    without = TRACE_RULE.judge(GroundednessConfig(), kinds, answers, documents, ["", "", "", "", ""])

    assert judged.value > without.value


def test_where_follows_the_setting() -> None:
    """Spans without a context are read only when their messages may serve as one."""
    assert "metadata.context" in evaluator_of(RULE).where
    assert "metadata.context" not in evaluator_of(RULE, {"context": "prompt"}).where


@pytest.mark.skipif(not BEGIN.is_file(), reason="the BEGIN replies are not here")
@pytest.mark.parametrize(("source", "floor"), [("wow", 0.938), ("cmu", 0.969)])
def test_agrees_with_people_better_than_the_precision_of_words(source: str, floor: float) -> None:
    """AUROC above the floor by more than .008; these rows were fitted on, the card has the folds."""
    with gzip.open(BEGIN, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["data_source"] == source]

    judged = [groundedness(GroundednessConfig(), row["response"], row["knowledge"]) for row in rows]

    attributable = [row["begin_label"].startswith("Fully") for row in rows]
    assert roc_auc_score(attributable, [judgement.value or 0 for judgement in judged]) > floor + 0.008
