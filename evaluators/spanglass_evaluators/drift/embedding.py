"""Texts as points, locally and without a download: hashed byte n-grams, TF-IDF, truncated SVD.

Catches changes of vocabulary, style, language, format and length; two texts that say the same in other words
are far apart. Labels (which window) are never seen, so a permutation test on the points is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

Points = npt.NDArray[np.float64]

_DIMENSIONS = 32
_BUCKET_BITS = 13
_NGRAM_BYTES = (3, 5)
_TEXT_BYTES = 1000
_TEXTS_A_BLOCK = 200
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing (Knuth, vol. 3, 6.4)


def embed(texts: Sequence[str], *, seed: int) -> Points:
    """One unit vector a text (zero for a text without an n-gram), of at most 32 dimensions; shape (n, d)."""
    counts = vstack([_count_ngrams(block) for block in _blocks(texts)], format="csr")
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    dimensions = min(_DIMENSIONS, weighted.shape[0] - 1)
    if dimensions < 1 or weighted.nnz == 0:
        return np.zeros((len(texts), 1))
    left, singular, _ = randomized_svd(weighted, dimensions, n_iter=2, random_state=seed)
    return np.asarray(normalize(left * singular), dtype=np.float64)


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _TEXTS_A_BLOCK):
        yield texts[start : start + _TEXTS_A_BLOCK]


def _count_ngrams(texts: Sequence[str]) -> csr_matrix[Any]:
    """Counts of hashed n-grams, one row a text. White space is one space, case is folded."""
    encoded = [f" {' '.join(text.lower().split())} ".encode()[:_TEXT_BYTES] for text in texts]
    letters = np.frombuffer(b"".join(encoded), dtype=np.uint8).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in encoded])
    rows, buckets = [], []
    for size in _NGRAM_BYTES:
        inside = owners[: len(owners) - size + 1] == owners[size - 1 :]
        rows.append(owners[: len(inside)][inside])
        buckets.append(_hash_ngrams(letters, size)[inside])
    row, bucket = np.concatenate(rows), np.concatenate(buckets)
    shape = (len(texts), 1 << _BUCKET_BITS)
    return csr_matrix((np.ones(len(row)), (row, bucket)), shape=shape)


def _hash_ngrams(letters: npt.NDArray[np.uint64], size: int) -> npt.NDArray[np.int64]:
    count = max(0, len(letters) - size + 1)
    packed = np.full(count, size, dtype=np.uint64)
    for offset in range(size):
        packed = (packed << np.uint64(8)) | letters[offset : offset + count]
    buckets: npt.NDArray[np.int64] = ((packed * _MULTIPLIER) >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64)
    return buckets
