"""Is the answer supported by the context it was given: 0 to 1, with the sentence that lacks support most.

Context of a span: metadata `context`, else its retrieved documents, else (setting `context = "prompt"`) its messages.
The trace's twin reads the documents of its retrievers and the results of its tools, and judges the last answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.grounding.passage import Context, read_context
from spanglass_evaluators.quality.grounding.support import Model, Support, support_of_pieces, support_of_sentences
from spanglass_evaluators.quality.grounding.weights import BIAS, WEIGHTS
from spanglass_evaluators.quality.rule import Rule

MODEL: Final = Model(WEIGHTS, BIAS)
_GIVEN = "SpanAttributes['spanglass.metadata.context'] != '' OR Documents != ''"
_MOST_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class GroundednessConfig:
    """`threshold`: a sentence below it lacks support. Longer answers and contexts are judged on their beginning."""

    context: str = "given"
    threshold: float = 0.4
    max_context_chars: int = 200_000
    max_answer_chars: int = 20_000

    def __post_init__(self) -> None:
        if self.context not in ("given", "prompt"):
            raise ConfigurationError(f'context = {self.context!r}: use "given" or "prompt"')


def judge_span(config: GroundednessConfig, answer: str, declared: str, documents: str, prompt: str) -> Judgement:
    context = declared or documents or (prompt if config.context == "prompt" else "")
    return groundedness(config, answer, context)


def judge_trace(
    config: GroundednessConfig,
    kinds: Sequence[str],
    answers: Sequence[str],
    documents: Sequence[str],
    outputs: Sequence[str],
) -> Judgement:
    """Retrievers count by their documents, else by what they returned; tools by what they returned."""
    said = [answer for kind, answer in zip(kinds, answers, strict=True) if kind == "llm" and answer.strip()]
    given = [
        text or output
        for kind, text, output in zip(kinds, documents, outputs, strict=True)
        if kind in ("retriever", "reranker", "tool")
    ]
    return groundedness(config, said[-1] if said else "", "\n\n".join(given))


def groundedness(config: GroundednessConfig, answer: str, context: str) -> Judgement:
    """None without an answer, a context, or anything in the answer that could be checked."""
    if not answer.strip() or not context.strip():
        return Judgement(None, "no_answer" if not answer.strip() else "no_context")
    read = read_context(context[: config.max_context_chars])
    sentences = support_of_sentences(answer[: config.max_answer_chars], read, MODEL)
    claims = [sentence for sentence in sentences if sentence.claims]
    if not claims:
        return Judgement(None, "no_claims")
    lacking = [claim for claim in claims if claim.probability < config.threshold]
    label = "grounded" if not lacking else "ungrounded" if len(lacking) == len(claims) else "partly_grounded"
    return Judgement(_whole(answer[: config.max_answer_chars], read), label, _explain(sentences))


def _whole(answer: str, context: Context) -> float:
    """The mean over the pieces, by their length."""
    pieces = support_of_pieces(answer, context, MODEL)
    lengths = [piece.said[1] - piece.said[0] for piece in pieces]
    return sum(p.probability * n for p, n in zip(pieces, lengths, strict=True)) / sum(lengths)


def _explain(sentences: Sequence[Support]) -> str:
    """JSON, least supported first: characters of the answer, probability, characters of the context."""
    worst = sorted(sentences, key=lambda s: (not s.claims, s.probability, s.said))[:_MOST_SENTENCES]
    return orjson.dumps(
        [{"said": s.said, "p": round(s.probability, 3), "found": s.found} for s in worst if s.claims]
    ).decode()


def _where(config: GroundednessConfig) -> str:
    return f"{MODEL_ANSWERS} AND ({_GIVEN})" if config.context == "given" else MODEL_ANSWERS


RULE = Rule(
    "groundedness",
    judge_span,
    columns=("output_text", "metadata.context", "documents_text", "prompt_text"),
    config=GroundednessConfig,
    where=_where,
)
TRACE_RULE = Rule(
    "groundedness_of_trace",
    judge_trace,
    columns=("Kind", "output_text", "documents_text", "Output"),
    config=GroundednessConfig,
    where="Kind IN ('llm', 'retriever', 'reranker', 'tool')",
    target="trace",
)
