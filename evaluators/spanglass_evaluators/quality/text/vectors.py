"""Vectors of texts, and how alike two of them are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.quality.text.words import content_stems, words_of

Floats = npt.NDArray[np.float64]

_READ_CHARS = 20_000
_FEATURES = 1 << 12


def lexical_vectors(texts: Sequence[str]) -> Floats:
    """Hashed counts of content stems and of their pieces: alike when the words are, blind to meaning."""
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(analyzer=_pieces, n_features=_FEATURES, norm="l2")
    return np.asarray(hashing.transform([text[:_READ_CHARS] for text in texts]).toarray(), dtype=np.float64)


def _pieces(text: str) -> list[str]:
    stems = content_stems(words_of(text))
    return [*stems, *stems, *(stem[:4] for stem in stems if len(stem) > 4)]


def cosines(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> Floats:
    """Row by row; 0 where a row is all zeros (a text without words)."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    products = np.einsum("ij,ij->i", one, other).astype(np.float64)
    found: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return found
