"""How much of what was asked (or of the reference) an answer covers: the share of its parts.

With a reference: its sentences, each covered when the answer supports it (grounding, the other way round). Without:
the parts of the question (its sentences, list items and questions), each covered when the answer takes up half of
its content words. That is a weak sign: an answer may do what was asked without repeating any of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.grounding.groundedness import MODEL
from spanglass_evaluators.quality.grounding.passage import read_context
from spanglass_evaluators.quality.grounding.support import support_of_sentences
from spanglass_evaluators.quality.rule import Rule
from spanglass_evaluators.quality.text.sentences import sentences_of
from spanglass_evaluators.quality.text.words import content_stems, words_of


@dataclass(frozen=True, slots=True)
class CompletenessConfig:
    """`support`: a reference's sentence counts as covered from this probability on; `words`: a question's part."""

    support: float = 0.4
    words: float = 0.5
    max_chars: int = 20_000


def judge_completeness(config: CompletenessConfig, answer: str, question: str, reference: str) -> Judgement:
    """The explanation says where the first part stands that is missing, in characters."""
    answer = answer[: config.max_chars]
    if not answer.strip():
        return Judgement(None, "empty")
    if reference.strip():
        return _of_reference(config, answer, reference[: config.max_chars])
    return _of_question(config, answer, question[: config.max_chars])


def _of_reference(config: CompletenessConfig, answer: str, reference: str) -> Judgement:
    parts = [part for part in support_of_sentences(reference, read_context(answer), MODEL) if part.claims]
    missing = [part.said for part in parts if part.probability < config.support]
    return _judgement(len(parts), missing, "of the reference")


def _of_question(config: CompletenessConfig, answer: str, question: str) -> Judgement:
    covered = set(content_stems(words_of(answer)))
    parts = [(span, set(content_stems(words_of(question[slice(*span)])))) for span in sentences_of(question)]
    parts = [(span, stems) for span, stems in parts if stems]
    missing = [span for span, stems in parts if len(stems & covered) < config.words * len(stems)]
    return _judgement(len(parts), missing, "of the question")


def _judgement(parts: int, missing: list[tuple[int, int]], of: str) -> Judgement:
    if not parts:
        return Judgement(None, "nothing_asked")
    place = f", missing at {missing[0][0]} to {missing[0][1]}" if missing else ""
    label = "complete" if not missing else "partial" if len(missing) < parts else "missing"
    return Judgement(1 - len(missing) / parts, label, f"{parts - len(missing)} of {parts} parts {of}{place}")


RULE = Rule(
    "completeness",
    judge_completeness,
    columns=("output_text", "input_text", "reference"),
    config=CompletenessConfig,
    where=f"{MODEL_ANSWERS} AND (InputMessages != '' OR Input != '')",
)
