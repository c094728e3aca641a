"""Fits the linear model on sentences, from labels that are given for whole texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from labelled_sets import Example
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from spanglass_evaluators.toxicity.ngrams import FEATURES, Grams, HashedBlock, line_scales
from spanglass_evaluators.toxicity.normalise import normalise_block
from spanglass_evaluators.toxicity.sentences import split_sentences

WORD_EMPHASIS = 1.4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pieces:
    """The n-gram matrix of all sentences (rows) and the example that each sentence belongs to."""

    matrix: csr_matrix
    example: npt.NDArray[np.int64]


def cut(texts: Sequence[str]) -> Pieces:
    """Sentences of the texts as features, with the very code that inference uses."""
    owners, lines = [], []
    for index, text in enumerate(texts):
        for start, end in split_sentences(text):
            owners.append(index)
            lines.append(text[start:end])
    block = HashedBlock(normalise_block("\n".join(lines)))
    matrix = hstack([_counts(block.chars(), block.lines), _counts(block.words(), block.lines)], format="csr")
    judged = block.has_latin()
    return Pieces(matrix[judged], np.array(owners)[judged])


def _counts(grams: Grams, lines: int) -> csr_matrix:
    scales = line_scales(grams, lines)
    return csr_matrix((scales[grams.line], (grams.line, grams.feature)), (lines, FEATURES))


@dataclass(frozen=True)
class Linear:
    """Weights over both kinds of features, and the bias."""

    weights: Floats
    bias: float

    def margins(self, pieces: Pieces, examples: int) -> Floats:
        """The margin of the worst sentence of each example; -inf for one without a sentence."""
        worst = np.full(examples, -np.inf)
        np.maximum.at(worst, pieces.example, pieces.matrix @ self.weights + self.bias)
        return worst


def fit(pieces: Pieces, examples: Sequence[Example], *, strength: float, rounds: int = 2) -> Linear:
    """Multiple-instance fit: all sentences of a clean text are clean, the worst one of a toxic text is toxic.

    Which one is the worst is only known from a model, so the fit is repeated: the first round takes every
    sentence of a toxic text as toxic, the next ones only the sentence the former round calls worst.
    """
    toxic = np.array([example.toxic for example in examples])[pieces.example]
    weight = np.array([example.weight for example in examples])[pieces.example]
    per_text = np.bincount(pieces.example, minlength=len(examples))[pieces.example]
    rarity = _rarity(pieces.matrix)
    scaled = pieces.matrix.multiply(rarity).tocsr()
    chosen = np.ones(len(toxic), bool)
    for done in range(rounds):
        share = weight / np.sqrt(per_text) if done == 0 else np.where(toxic, weight, weight / np.sqrt(per_text))
        balanced = np.where(toxic, share / share[chosen & toxic].sum(), share / share[chosen & ~toxic].sum())
        solver = LogisticRegression(C=strength, solver="lbfgs", max_iter=200, tol=1e-3)
        solver.fit(scaled[chosen], toxic[chosen], sample_weight=balanced[chosen] * chosen.sum())
        linear = Linear(solver.coef_[0] * rarity, float(solver.intercept_[0]))
        chosen = ~toxic | _worst_of_each(linear, pieces)
    return linear


def _rarity(matrix: csr_matrix) -> Floats:
    """Inverse document frequency; zero for n-grams seen only once, which could only be memorised.

    Word n-grams count for more: they carry the context that tells "kill you" from "kill the process".
    """
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rarity = np.where(seen > 1, np.log((1 + matrix.shape[0]) / (1 + seen)), 0.0)
    rarity[FEATURES:] *= WORD_EMPHASIS
    return rarity


def _worst_of_each(linear: Linear, pieces: Pieces) -> npt.NDArray[np.bool_]:
    margins = pieces.matrix @ linear.weights
    order = np.lexsort((margins, pieces.example))
    last = np.append(pieces.example[order][1:] != pieces.example[order][:-1], True)
    worst = np.zeros(len(margins), bool)
    worst[order[last]] = True
    return worst
