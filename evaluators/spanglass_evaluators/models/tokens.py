"""Texts to numbered tokens, and tokens to batches of about equal length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

READ_CHARS = 100_000
"""Of a longer text the rest is not read: a megabyte is a thousand windows, minutes of one processor."""
_BATCH_TOKENS = 4096  # keeps the activations of a BERT-base inside about 100 MB
_BATCH_ROWS = 64


@dataclass(frozen=True, slots=True)
class Pieces:
    """Windows of tokens: `text[k]` says whose `ids[k]` are."""

    ids: list[list[int]]
    text: Ints


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """`rows`: which pieces these are. Padded on the right, 0 in `mask`."""

    rows: Ints
    ids: Ints
    mask: Ints


class Tokens:
    """A tokenizer file, read once. Safe between threads: encoding changes nothing."""

    def __init__(self, path: Path, *, max_tokens: int, pad_id: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._pad_id = pad_id

    def pieces(self, texts: Sequence[str], *, windows: bool) -> Pieces:
        """One window per text, or as many as its length takes. A text always has one, if only of markers."""
        ids, owners = [], []
        for index, found in enumerate(self._tokenizer.encode_batch([_readable(text) for text in texts])):
            for window in [found, *(found.overflowing if windows else [])]:
                ids.append(window.ids or [self._pad_id])
                owners.append(index)
        return Pieces(ids, np.array(owners, dtype=np.int64))

    def batches(self, pieces: Pieces) -> Iterator[TokenBatch]:
        """Sorted by length, so that padding costs little; bounded in tokens and rows."""
        lengths = np.array([len(ids) for ids in pieces.ids])
        order, start = np.argsort(lengths, kind="stable"), 0
        while start < len(order):
            end = start + 1
            while end < len(order) and _fits(end - start + 1, int(lengths[order[end]])):
                end += 1
            yield self._padded(order[start:end], pieces)
            start = end

    def _padded(self, rows: Ints, pieces: Pieces) -> TokenBatch:
        longest = max(len(pieces.ids[row]) for row in rows)
        ids = np.full((len(rows), longest), self._pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            own = pieces.ids[row]
            ids[at, : len(own)], mask[at, : len(own)] = own, 1
        return TokenBatch(rows, ids, mask)


def _fits(rows: int, longest: int) -> bool:
    return rows <= _BATCH_ROWS and rows * longest <= _BATCH_TOKENS


def _readable(text: str) -> str:
    """Lone surrogates are no text that a tokenizer takes."""
    return text[:READ_CHARS].encode("utf-8", "replace").decode("utf-8")
