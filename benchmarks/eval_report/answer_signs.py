"""Signs in an answer that need no labels to be tried: answers cut on purpose, and answers to other questions.

And what those signs are worth against labels they were not made for: HaluEval's human labels of hallucination.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.eval_report.labelled_rows import read_rows
from benchmarks.eval_report.measured import Measured
from benchmarks.eval_report.resampling import auroc, share
from spanglass_evaluators.quality.answer.completeness import CompletenessConfig, judge_completeness
from spanglass_evaluators.quality.form.repetition import RepetitionConfig, judge_repetition
from spanglass_evaluators.quality.form.truncation import judge_truncation
from spanglass_evaluators.quality.refusal.evaluator import judge as judge_refusal
from spanglass_evaluators.quality.rule import NoSettings
from spanglass_evaluators.quality.text.vectors import cosines, lexical_vectors

TITLE = "Signs in an answer: truncation, relevance, completeness"

_LONG = 400


def rows(data: Path) -> Iterator[Measured]:
    """Truncation; own against another's question; hallucination by whatever we have."""
    stored = read_rows(data, "halueval_general/general.jsonl.gz")
    answers, questions = [row["chatgpt_response"] for row in stored], [row["user_query"] for row in stored]
    other = read_rows(data, "alpaca_eval/model_outputs.jsonl.gz")
    yield from _truncation(answers, "HaluEval, ChatGPT")
    yield from _truncation([row["output"] for row in other], "AlpacaEval, four models")
    hallucinates = [row["hallucination"] == "yes" for row in stored]
    signs = {
        "relevance": cosines(lexical_vectors(answers), lexical_vectors(questions)).tolist(),
        "completeness": _completeness(answers, questions),
    }
    for name, own in signs.items():
        yield _told_apart(name, own, answers, questions)
    signs["repetition"] = [-(judge_repetition(RepetitionConfig(), a).value or 0) for a in answers]
    signs["refusal"] = [-(judge_refusal(a, q, 320).value or 0) for a, q in zip(answers, questions, strict=True)]
    for name, values in signs.items():
        yield auroc(hallucinates, [-value for value in values], name, "HaluEval, people's labels",
                    metric="AUROC, hallucination", note="not made for it; .5 is chance")  # fmt: skip


def _truncation(answers: Sequence[str], shown: str) -> Iterator[Measured]:
    seeded = random.Random(0)
    cut = [a[: seeded.randint(_LONG // 2, len(a) - 20)] for a in answers if len(a) > _LONG]
    for texts, name, metric in ((answers, "whole", "called cut"), (cut, "cut at random", "found")):
        judged = [judge_truncation(NoSettings(), text, ()).value == 1 for text in texts]
        yield share(
            judged, "truncation", f"{shown}, {name}", metric, headline=metric == "found" and shown.startswith("Alpaca")
        )


def _completeness(answers: Sequence[str], questions: Sequence[str]) -> list[float]:
    config, pairs = CompletenessConfig(), zip(answers, questions, strict=True)
    judged = [judge_completeness(config, answer, question, "").value for answer, question in pairs]
    return [0.5 if value is None else value for value in judged]


def _told_apart(name: str, own: Sequence[float], answers: Sequence[str], questions: Sequence[str]) -> Measured:
    shuffled = list(answers)
    random.Random(0).shuffle(shuffled)
    if name == "relevance":
        others = cosines(lexical_vectors(shuffled), lexical_vectors(questions)).tolist()
    else:
        others = _completeness(shuffled, questions)
    labels = [True] * len(own) + [False] * len(others)
    return auroc(labels, [*own, *others], name, "HaluEval, own and another's answer", metric="AUROC, told apart")
