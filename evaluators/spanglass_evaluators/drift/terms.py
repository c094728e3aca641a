"""Which words came and went: the share of texts that have a word, word by word, with one p-value for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from spanglass_evaluators.drift.wording import words
from spanglass_evaluators.statistics.comparison import Comparison

_MOST_WORDS = 2000
_LEAST_SHARE = 0.01
_LEAST_TEXTS = 5
_NAMED = 5

Numbers = npt.NDArray[np.float64]


def compare_terms(current: Sequence[str], reference: Sequence[str], *, permutations: int, seed: int) -> Comparison:
    """p: of the largest |z| of a word among permutations of the texts (Westfall and Young 1993), so that many
    words raise no more false alarms than one. Effect: the largest change of a word's share that is beyond
    what permutations reach in 5 % of cases, 0 where none is.
    """
    names, has = _presence([words(text) for text in [*current, *reference]])
    if not names:
        return Comparison("terms", 0.0, 1.0, 0.0, explanation="no word is frequent enough to compare")
    n = len(current)
    largest = _largest_by_chance(has, n, permutations, seed)
    z, change, share = _scores(has, _label(has.shape[0], n))
    p_value = (1 + int((largest >= np.abs(z).max() - 1e-9).sum())) / (1 + permutations)
    moved = np.abs(z) > np.quantile(largest, 0.95)
    return Comparison(
        "terms",
        float(np.abs(z).max()),
        p_value,
        float(np.abs(change[moved]).max()) if moved.any() else 0.0,
        explanation=_told(names, np.where(moved, change, 0.0), share),
    )


def _presence(texts: Sequence[frozenset[str]]) -> tuple[list[str], csr_matrix[np.float64]]:
    """The words that enough texts have, and the 0/1 matrix of texts by words."""
    counts = Counter(word for text in texts for word in text)
    least = max(_LEAST_TEXTS, _LEAST_SHARE * len(texts))
    frequent = [(-count, word) for word, count in counts.items() if least <= count < len(texts)]
    names = [word for _, word in sorted(frequent)[:_MOST_WORDS]]
    place = {word: i for i, word in enumerate(names)}
    pairs = [(row, place[word]) for row, text in enumerate(texts) for word in text if word in place]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return names, csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(texts), len(names)))


def _label(size: int, n: int) -> Numbers:
    return (np.arange(size) < n).astype(np.float64)[:, None]


def _largest_by_chance(has: csr_matrix[np.float64], n: int, permutations: int, seed: int) -> Numbers:
    labels = np.repeat(_label(has.shape[0], n), permutations, axis=1)
    shuffled = np.random.default_rng(seed).permuted(labels, axis=0)
    return np.asarray(np.abs(_scores(has, shuffled)[0]).max(axis=0))


def _scores(has: csr_matrix[np.float64], labels: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """(z, change of share, share in the reference) of each word, for each column of labels."""
    size, n = has.shape[0], float(labels[:, 0].sum())
    m = size - n
    total = np.asarray(has.sum(axis=0)).reshape(-1, 1)
    now = np.asarray(has.T @ labels)
    reference = (total - now) / m
    change = now / n - reference
    pooled = total / size
    return change / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)), change, reference


def _told(names: list[str], change: Numbers, share: Numbers) -> str:
    order = np.argsort(-np.abs(change[:, 0]), kind="stable")[:_NAMED]
    moved = [f"{names[i]!r} {share[i, 0]:.3f} -> {share[i, 0] + change[i, 0]:.3f}" for i in order if change[i, 0] != 0]
    return "; ".join(moved) or "no word moved"
