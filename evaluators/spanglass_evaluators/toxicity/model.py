"""Scores texts for toxicity with the linear model shipped beside this file: split, normalise, hash, weigh."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_evaluators.toxicity.normalise import normalise_block
from spanglass_evaluators.toxicity.sentences import split_sentences

if TYPE_CHECKING:
    from spanglass_evaluators.toxicity.vocabulary import Vocabulary
    from spanglass_evaluators.toxicity.weights import Floats, Weights

MODEL_VERSION = "toxicity-en-ngram-2"
WEIGHTS_PATH = Path(__file__).with_name("toxicity_en.npz")

# Blocks of about this many characters keep the working arrays inside the processor's cache.
_BLOCK_CHARS = 1 << 16

_Piece = tuple[int, int, int]
"""A sentence: in which text, where it starts and ends."""


@dataclass(frozen=True, slots=True)
class ToxicityScore:
    """The verdict on one text.

    ``value`` is the probability in [0, 1] that a text with this score is toxic where half of all texts are;
    ``start``/``end`` bound the worst sentence in characters of the text as given. Text without a Latin letter
    is unknown, not clean: ``value`` and ``toxic`` are None and the span is empty.
    """

    value: float | None
    toxic: bool | None
    start: int
    end: int

    @property
    def label(self) -> str | None:
        """``toxic``, ``ok``, or None when unknown."""
        if self.toxic is None:
            return None
        return "toxic" if self.toxic else "ok"


UNKNOWN = ToxicityScore(None, None, 0, 0)


class ToxicityModel:
    """A linear model over hashed n-grams. Safe to share between threads: scoring changes no score to come.

    It remembers words (``vocabulary.py``), which takes up to some 25 MB.
    """

    def __init__(self, weights: Weights, digest: str, vocabulary: Vocabulary) -> None:
        self._weights = weights
        self._vocabulary = vocabulary
        self.digest = digest
        self.threshold = weights.threshold

    @classmethod
    def load(cls, path: Path | None = None) -> ToxicityModel:
        """Reads the weights, executing nothing. Raises OSError, or WeightsError on a file of another kind."""
        # numpy costs 0.1 s: paid on use, not on import
        from spanglass_evaluators.toxicity.vocabulary import Vocabulary
        from spanglass_evaluators.toxicity.weights import Weights

        content = (path or WEIGHTS_PATH).read_bytes()
        weights = Weights.parse(content)
        return cls(weights, hashlib.sha256(content).hexdigest(), Vocabulary(weights))

    def with_threshold(self, threshold: float) -> ToxicityModel:
        """The same weights with another limit; shares their memory."""
        other = ToxicityModel(self._weights, self.digest, self._vocabulary)
        other.threshold = threshold
        return other

    def score(self, texts: Sequence[str]) -> list[ToxicityScore]:
        """One score per text, in order. A text's score does not depend on the other texts of the call."""
        values, worst = [-1.0] * len(texts), [(0, 0)] * len(texts)
        for block in _blocks_of(texts):
            lines = [texts[index][start:end] for index, start, end in block]
            for (index, start, end), value in zip(block, self._values(lines).tolist(), strict=True):
                if value > values[index]:  # a piece without a word is NaN, which is not
                    values[index], worst[index] = value, (start, end)
        return [
            ToxicityScore(value, value >= self.threshold, *place) if value >= 0 else UNKNOWN
            for value, place in zip(values, worst, strict=True)
        ]

    def _values(self, lines: Sequence[str]) -> Floats:
        from spanglass_evaluators.toxicity.known_lines import KnownLines

        if self._vocabulary.is_full:
            self._vocabulary = self._vocabulary.emptied()
        known = KnownLines(*self._vocabulary.read(lines))
        values, unsure = known.probabilities(self._weights), known.unsure()
        if len(unsure):
            values[unsure] = plain_values(self._weights, [lines[index] for index in unsure])
        return values


def plain_values(weights: Weights, lines: Sequence[str]) -> Floats:
    """What the model is: normalise, hash, weigh. Knows no words, and takes all of them to be new."""
    from spanglass_evaluators.toxicity.ngrams import HashedBlock

    return weights.probabilities(HashedBlock(normalise_block("\n".join(lines))))


def _blocks_of(texts: Sequence[str]) -> Iterator[list[_Piece]]:
    """The sentences of all texts in order, in lists of about _BLOCK_CHARS characters."""
    block: list[_Piece] = []
    chars = 0
    for index, text in enumerate(texts):
        for start, end in split_sentences(text):
            block.append((index, start, end))
            chars += end - start
            if chars >= _BLOCK_CHARS:
                yield block
                block, chars = [], 0
    if block:
        yield block
