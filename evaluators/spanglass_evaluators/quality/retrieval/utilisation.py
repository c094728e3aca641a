"""How much of what was retrieved the answer used: the share of documents that support one of its sentences best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.documents import Document
from spanglass_evaluators.quality.rule import Rule
from spanglass_evaluators.quality.text.sentences import sentences_of
from spanglass_evaluators.quality.text.words import content_stems, words_of


@dataclass(frozen=True, slots=True)
class UtilisationConfig:
    """`coverage`: share of a sentence's content words that a document must hold to count as its source."""

    coverage: float = 0.5
    max_chars: int = 50_000


def judge_utilisation(
    config: UtilisationConfig, kinds: Sequence[str], documents: Sequence[Sequence[Document]], answers: Sequence[str]
) -> Judgement:
    """Documents of the trace's retrievers, each text once, against its last answer."""
    found = (d.text for kind, listed in zip(kinds, documents, strict=True) if kind in _RETRIEVE for d in listed)
    texts = list(dict.fromkeys(text for text in found if text))
    said = [answer for kind, answer in zip(kinds, answers, strict=True) if kind == "llm" and answer.strip()]
    if not texts or not said:
        return Judgement(None, "no_documents" if not texts else "no_answer")
    held = [set(content_stems(words_of(text[: config.max_chars]))) for text in texts]
    used = {_source_of(sentence, held, config) for sentence in _claims(said[-1][: config.max_chars])} - {None}
    return Judgement(len(used) / len(texts), "", f"{len(used)} of {len(texts)} documents")


def _claims(answer: str) -> list[set[str]]:
    sentences = (set(content_stems(words_of(answer[start:end]))) for start, end in sentences_of(answer))
    return [stems for stems in sentences if stems]


def _source_of(sentence: set[str], held: Sequence[set[str]], config: UtilisationConfig) -> int | None:
    shares = [len(sentence & stems) / len(sentence) for stems in held]
    best = max(shares)
    return shares.index(best) if best >= config.coverage else None


_RETRIEVE = ("retriever", "reranker")
RULE = Rule(
    "context_utilisation",
    judge_utilisation,
    columns=("Kind", "documents", "output_text"),
    config=UtilisationConfig,
    where="Kind IN ('llm', 'retriever', 'reranker')",
    target="trace",
)
