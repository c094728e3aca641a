"""The support of an answer in a context: how likely people would call it attributable, and where it stands.

An answer is judged in pieces of consecutive sentences up to 40 words, which is what the model was fitted on, and
each sentence by itself to say which one lacks support.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spanglass_evaluators.quality.grounding.features import features_of
from spanglass_evaluators.quality.grounding.passage import Context, best_passage
from spanglass_evaluators.quality.text.sentences import sentences_of
from spanglass_evaluators.quality.text.words import content_stems, words_of

PIECE_WORDS = 40
_LARGEST_MARGIN = 30.0

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the features and the bias of a logistic regression."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, features: Mapping[str, float]) -> float:
        margin = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(min(margin, _LARGEST_MARGIN), -_LARGEST_MARGIN)))


@dataclass(frozen=True, slots=True)
class Support:
    """A sentence (or piece) of the answer, its probability, and the characters of the context that fit it best."""

    said: Span
    probability: float
    found: Span | None
    claims: bool
    """False: it says nothing that could be checked (a greeting, a question back)."""


def support_of_sentences(answer: str, context: Context, model: Model) -> list[Support]:
    """One result a sentence, in order."""
    return [_support(answer, span, context, model) for span in sentences_of(answer)]


def support_of_pieces(answer: str, context: Context, model: Model) -> list[Support]:
    """One result a piece, in order."""
    return [_support(answer, span, context, model) for span in _pieces(answer)]


def _pieces(answer: str) -> Iterator[Span]:
    start, end, words = -1, 0, 0
    for first, last in sentences_of(answer):
        more = len(words_of(answer[first:last]))
        if start >= 0 and words + more > PIECE_WORDS:
            yield start, end
            start, words = -1, 0
        start, end, words = first if start < 0 else start, last, words + more
    if start >= 0:
        yield start, end


def _support(answer: str, said: Span, context: Context, model: Model) -> Support:
    sentence = answer[said[0] : said[1]]
    wanted = content_stems(words_of(sentence))
    passage = best_passage(context, wanted)
    probability = model.probability(features_of(sentence, context, passage))
    found = (context.spans[passage.hit_first][0], context.spans[passage.hit_last][1]) if passage else None
    return Support(said, probability, found, bool(wanted))
