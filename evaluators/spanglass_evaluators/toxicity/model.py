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
    from spanglass_evaluators.toxicity.weights import Weights

MODEL_VERSION = "toxicity-en-ngram-2"
WEIGHTS_PATH = Path(__file__).with_name("toxicity_en.npz")

# Blocks of about this many characters keep the working arrays inside the processor's cache.
_BLOCK_CHARS = 1 << 15


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence: where it stands in which text."""

    text_index: int
    start: int
    end: int


class ToxicityModel:
    """A linear model over hashed n-grams. Safe to share between threads: scoring changes nothing."""

    def __init__(self, weights: Weights, digest: str) -> None:
        self._weights = weights
        self.digest = digest
        self.threshold = weights.threshold

    @classmethod
    def load(cls, path: Path | None = None) -> ToxicityModel:
        """Reads the weights, executing nothing. Raises OSError, or WeightsError on a file of another kind."""
        from spanglass_evaluators.toxicity.weights import (
            Weights,
        )  # numpy costs 0.1 s: paid on use, not on import

        content = (path or WEIGHTS_PATH).read_bytes()
        return cls(Weights.parse(content), hashlib.sha256(content).hexdigest())

    def with_threshold(self, threshold: float) -> ToxicityModel:
        """The same weights with another limit; shares their memory."""
        other = ToxicityModel(self._weights, self.digest)
        other.threshold = threshold
        return other

    def score(self, texts: Sequence[str]) -> list[ToxicityScore]:
        """One score per text, in order. A text's score does not depend on the other texts of the call."""
        scores = [UNKNOWN] * len(texts)
        for block in _blocks_of(texts):
            for piece, value in zip(block, self._values(texts, block), strict=True):
                worst = scores[piece.text_index].value
                if value == value and (worst is None or value > worst):  # a NaN is a piece without a word
                    scores[piece.text_index] = self._verdict(piece, value)
        return scores

    def _values(self, texts: Sequence[str], block: list[_Piece]) -> list[float]:
        from spanglass_evaluators.toxicity.ngrams import HashedBlock

        lines = "\n".join(texts[piece.text_index][piece.start : piece.end] for piece in block)
        values: list[float] = self._weights.probabilities(HashedBlock(normalise_block(lines))).tolist()
        return values

    def _verdict(self, piece: _Piece, value: float) -> ToxicityScore:
        return ToxicityScore(value, value >= self.threshold, piece.start, piece.end)


def _blocks_of(texts: Sequence[str]) -> Iterator[list[_Piece]]:
    """The sentences of all texts in order, in lists of about _BLOCK_CHARS characters."""
    block: list[_Piece] = []
    chars = 0
    for index, text in enumerate(texts):
        for start, end in split_sentences(text):
            block.append(_Piece(index, start, end))
            chars += end - start
            if chars >= _BLOCK_CHARS:
                yield block
                block, chars = [], 0
    if block:
        yield block
