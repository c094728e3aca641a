"""Scores lines by what is known of their words: as ``weights.py`` scores a block, to the last bit.

Sums are the same in any order: weights are bytes times one float32, of which millions add up in float64 exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.toxicity.ngrams import Array, features_of, hashes_joined, kinds_of_lines, scales_of
from spanglass_evaluators.toxicity.vocabulary import (
    IS_GROUP_OR_NOUN,
    IS_LATIN,
    IS_LETTER,
    KIND,
    LINE,
    NAMES_GROUP,
    WordRows,
)

if TYPE_CHECKING:
    from spanglass_evaluators.toxicity.weights import Floats, Weights


Flags = npt.NDArray[np.bool_]


class KnownLines:
    """Lines of words as ``Vocabulary.read`` gives them."""

    def __init__(self, numbers: Array, rows: WordRows) -> None:
        is_break = numbers == LINE
        self.lines = int(np.count_nonzero(is_break)) + 1
        self._line = np.cumsum(is_break)[~is_break]
        self._word = numbers[~is_break]
        self._rows = rows
        self._traits = rows.traits[self._word]
        self._of_pair = self._line[1:] == self._line[:-1]
        self._of_triple = self._line[2:] == self._line[:-2]

    def unsure(self) -> Array:
        """The lines to which a rule over several words may apply: those with three letters or two names in a row."""
        letter = self._has(IS_LETTER)
        names = self._has(NAMES_GROUP)[:-1] & self._has(IS_GROUP_OR_NOUN)[1:] & self._of_pair
        spelled = letter[:-2] & letter[1:-1] & letter[2:] & self._of_triple
        return np.unique(np.concatenate([self._line[:-1][names], self._line[:-2][spelled]]))

    def probabilities(self, weights: Weights) -> Floats:
        """As ``Weights.probabilities``; those of unsure lines mean nothing."""
        margins = weights.bias + self._chars() + self._words(weights)
        return weights.calibrated(margins, self._sums(self._has(IS_LATIN)) > 0)

    def _chars(self) -> Floats:
        counts = self._sums(self._rows.chars[self._word])
        return self._sums(self._rows.char[self._word]) * scales_of(counts)

    def _words(self, weights: Weights) -> Floats:
        """Words, pairs and triples of words, and words by the kind of their line."""
        hashed, power = self._rows.hashed[self._word], self._rows.power[self._word]
        pairs = hashes_joined(hashed[:-1], power[:-1], hashed[1:])
        triples = hashes_joined(hashed[:-2], power[:-2], pairs[1:])
        kinds = kinds_of_lines(self._traits & KIND, self._line, self.lines)[self._line]
        total = self._rows.word[self._word] + self._rows.about[kinds, self._word]
        total[:-1] += weights.word[features_of(pairs)] * self._of_pair
        total[:-2] += weights.word[features_of(triples)] * self._of_triple
        counts = 1.0 + (kinds > 0)
        counts[:-1] += self._of_pair
        counts[:-2] += self._of_triple
        return self._sums(total) * scales_of(self._sums(counts))

    def _has(self, trait: int) -> Flags:
        has: Flags = (self._traits & np.uint8(trait)) > 0
        return has

    def _sums(self, values: Floats | Flags) -> Floats:
        """Per line."""
        return np.bincount(self._line, values, self.lines).astype(np.float64, copy=False)
