"""Answers are matched by the rule the span names; the LLMDrift study's figures come out of its answers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from evaluated_traffic import NOON_NS, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators import Batch, Failure, Judgement
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.matching import RULES
from spanglass_evaluators.quality.reference_match import ReferenceMatch, ReferenceMatchConfig

LLMDRIFT = Path(__file__).parents[4] / "shared" / "data" / "llmdrift"

CASES = [
    ("exact", " 42\n", "42", 1.0),
    ("exact", "42.", "42", 0.0),
    ("normalised", "The Eiffel Tower!", "eiffel tower", 1.0),
    ("normalised", "The Eiffel Tower in Paris", "eiffel tower", 0.0),
    ("contains", "It is the Eiffel Tower, in Paris.", "Eiffel tower", 1.0),
    ("contains", "concatenate", "cat", 0.0),
    ("contains", "anything", "", 0.0),
    ("regex", "Total: 12 EUR", r"\b12\b", 1.0),
    ("yes_no", "Therefore, [Yes].", "yes", 1.0),
    ("yes_no", "First [No], then [Yes]", "no", 0.0),
    ("yes_no", "I think so", "yes", 0.0),
    ("option_letter", "(B) because", "(B)", 1.0),
    ("option_letter", "Answer: c", "C", 1.0),
    ("option_letter", "Because of rain", "B", 0.0),
    ("option_response", "(A). Very optimistic", "", 1.0),
    ("option_response", "(E). Refused", "", 0.0),
    ("option_response", "As an AI, (A)", "", 0.0),
    ("boxed", r"so \boxed{7}", "7", 1.0),
    ("boxed", r"so \boxed{7}, not \boxed{8}", r"\boxed{8}", 0.0),
    ("accepted", "  Accepted\n  53/53 cases passed", "", 1.0),
    ("accepted", "Runtime Error", "", 0.0),
]


@pytest.mark.parametrize(("mode", "answer", "reference", "value"), CASES)
def test_each_rule(mode: str, answer: str, reference: str, value: float) -> None:
    """Each rule says 1 or 0 as its docstring promises."""
    assert RULES[mode](answer, reference)[0] == value


def judge(answer: str, reference: str, match: str = "", submission: str = "") -> Judgement | Failure:
    rows = {
        "output_text": [answer], "reference": [reference],
        "metadata.match": [match], "metadata.code_submit": [submission],
    }  # fmt: skip
    return ReferenceMatch().score(Batch(rows, 1))[0]


@pytest.mark.parametrize(
    ("match", "reference", "reason"),
    [
        ("guess", "42", "use one of exact"),
        ("regex", "(", "regular expression"),
        ("exact", "", "needs metadata"),
    ],
)
def test_what_cannot_be_matched_is_a_failure(match: str, reference: str, reason: str) -> None:
    """The row says what is wrong with the span's metadata."""
    result = judge("42", reference, match)

    assert isinstance(result, Failure)
    assert reason in result.reason


def test_an_unknown_default_rule_is_refused() -> None:
    """A wrong setting is found when it is read, not on the first span."""
    with pytest.raises(ConfigurationError, match="use one of"):
        ReferenceMatchConfig(match="fuzzy")


def test_spans_without_a_reference_are_not_judged(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Only what declares a reference gets a score, by the rule it names."""
    traffic.add(["[Yes]"], received_ns=NOON_NS, metadata={"reference": "yes", "match": "yes_no"})
    traffic.add(["whatever"], received_ns=NOON_NS)

    done = SpanLoop([SpanJob(ReferenceMatch())], clock).run_once(store)

    assert done["reference_match"].scored == 1
    assert store.query("SELECT Value, Label FROM scores").result_rows == [(1.0, "match")]


def answers(file: str, model: str) -> list[dict[str, Any]]:
    with gzip.open(LLMDRIFT / file, "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["model"] == model]


@pytest.mark.skipif(not LLMDRIFT.is_dir(), reason="the LLMDrift answers are not here")
@pytest.mark.parametrize(
    ("file", "mode", "model", "published"),
    [
        ("prime_full.jsonl.gz", "yes_no", "gpt-4-0314", 0.840),
        ("prime_full.jsonl.gz", "yes_no", "gpt-4-0613", 0.511),
        ("prime_full.jsonl.gz", "yes_no", "gpt-3.5-turbo-0301", 0.496),
        ("prime_full.jsonl.gz", "yes_no", "gpt-3.5-turbo-0613", 0.762),
        ("opinionqa.jsonl.gz", "option_response", "gpt-4-0314", 0.976),
        ("opinionqa.jsonl.gz", "option_response", "gpt-4-0613", 0.221),
        ("leetcode_easy.jsonl.gz", "accepted", "gpt-4-0314", 0.52),
        ("leetcode_easy.jsonl.gz", "accepted", "gpt-4-0613", 0.10),
        ("leetcode_easy.jsonl.gz", "accepted", "gpt-3.5-turbo-0301", 0.22),
        ("leetcode_easy.jsonl.gz", "accepted", "gpt-3.5-turbo-0613", 0.02),
    ],
)
def test_reproduces_the_published_figures(file: str, mode: str, model: str, published: float) -> None:
    """The mean score over the study's answers is the figure it printed."""
    results = [
        judge(row["answer"] or "", row["ref_answer"] or "", mode, row.get("Code_Submit") or "")
        for row in answers(file, model)
    ]

    values = [result.value for result in results if isinstance(result, Judgement) and result.value is not None]
    assert len(values) == len(results)
    assert sum(values) / len(values) == pytest.approx(published, abs=0.0006)
