"""The embedding of a fresh install: hashed pieces of words, randomly projected. It knows spelling, not meaning.

Each word and each run of 3 to 5 characters within it is hashed to a direction in 384 dimensions, drawn by the hash
itself (a random projection with entries of +1 and -1, Achlioptas 2003); a text is the sum over its pieces with
sub-linear counts. "colour", "colours" and "colourful" are alike; "car" and "automobile" are strangers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from spanglass_evaluators.models.network import Floats

DIMENSIONS = 384
_FEATURES = 1 << 15
_SEED = 20240607
_READ_CHARS = 20_000


class LexicalEmbedding:
    """Nothing is downloaded or trained; the projection (12 MB) is drawn from a fixed seed."""

    digest = "lexical-hashed-384-1"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        signs = np.random.default_rng(_SEED).integers(0, 2, (_FEATURES, DIMENSIONS), dtype=np.int8)
        self._projection = signs * np.int8(2) - np.int8(1)
        self._hashing = HashingVectorizer(analyzer=_pieces, n_features=_FEATURES, norm=None)

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Rows of length 1; a text without a letter or digit is a row of zeros."""
        if not texts:
            return np.empty((0, DIMENSIONS), np.float32)
        counts = self._hashing.transform([text[:_READ_CHARS] for text in texts]).astype(np.float32)
        counts.data = np.sign(counts.data) * np.sqrt(np.abs(counts.data))
        rows = np.asarray(counts @ self._projection.astype(np.float32), dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        found: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return found


def _pieces(text: str) -> list[str]:
    words = Counter("".join(c if c.isalnum() else " " for c in text.casefold()).split())
    found: list[str] = []
    for word, count in words.items():
        runs = [f" {word} "[i : i + n] for n in (3, 4, 5) for i in range(len(word) + 3 - n)]
        found += [*runs, f"w:{word}", f"w:{word}"] * min(count, 20)
    return found
