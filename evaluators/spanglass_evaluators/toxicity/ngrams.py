r"""Hashes the n-grams of a normalised block into numbered features, with numpy alone.

A polynomial hash over the whole block gives the hash of any substring from two prefix sums:
``H(i, j) = sum(c[k] * P**k for i <= k < j) * P**-i  (mod 2**64)``, so one vectorised step hashes all n-grams.
Character n-grams (2..5) stay inside one word and its surrounding spaces; word n-grams (1..3) inside one line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.toxicity.identity import GROUP

FEATURE_BITS = 19
FEATURES = 1 << FEATURE_BITS  # per kind
CHAR_SIZES = (2, 3, 4, 5)
WORD_SIZES = (1, 2, 3)
SHORT_LINE = 3  # n-grams

_P = 0x9E3779B97F4A7C15  # odd, hence invertible modulo 2**64
_P_INVERSE = pow(_P, -1, 1 << 64)
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64 finaliser
_SPACE, _LINE = 32, 10

Array = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Grams:
    """Occurrences of n-grams: ``feature[k]`` (below FEATURES) occurs in line ``line[k]``."""

    feature: Array
    line: Array


class HashedBlock:
    """One normalised block with its prefix hashes; ``lines`` is the number of sentences in it."""

    def __init__(self, block: str) -> None:
        codes = np.frombuffer(block.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._is_line = codes == _LINE
        self._is_gap = self._is_line | (codes == _SPACE)
        self._line_of = np.cumsum(self._is_line)
        self._is_latin = (codes >= 97) & (codes <= 122)
        self._prefix, self._inverse = _prefix_hashes(codes)
        self.lines = int(self._line_of[-1]) + 1 if len(codes) else 1

    def has_latin(self) -> npt.NDArray[np.bool_]:
        """Per line: is there a Latin letter in it?"""
        return np.bincount(self._line_of[self._is_latin], minlength=self.lines) > 0

    def chars(self) -> Grams:
        """Character n-grams; a space may only be their first or last character."""
        inner_gaps = np.concatenate([[0], np.cumsum(self._is_gap)])
        parts = [self._chars_of_size(size, inner_gaps) for size in CHAR_SIZES]
        return _joined(parts)

    def words(self) -> Grams:
        """Word n-grams of consecutive words of one line."""
        starts, ends = self._word_bounds()
        return _joined([*self._words_of_sizes(starts, ends), self._words_about_someone(starts, ends)])

    def each_word(self) -> tuple[Hashes, Hashes]:
        """The hash of every word, and P to the power of its length."""
        starts, ends = self._word_bounds()
        lengths = ends - starts
        return self._hashes(starts, ends), _powers(_P, int(lengths.max(initial=0)))[lengths]

    def _chars_of_size(self, size: int, gaps: Array) -> Grams:
        count = max(len(self._is_gap) - size + 1, 0)
        starts = np.arange(count)
        unbroken = gaps[starts + size - 1] == gaps[starts + 1]
        if size == 2:  # a letter and a space is no bigram worth a feature
            unbroken = gaps[starts + 2] == gaps[starts]
        starts = starts[unbroken & ~self._is_line[starts] & ~self._is_line[starts + size - 1]]
        return self._grams(starts, starts + size)

    def _word_bounds(self) -> tuple[Array, Array]:
        gap = np.concatenate([[True], self._is_gap, [True]])
        return np.flatnonzero(gap[:-1] & ~gap[1:]), np.flatnonzero(~gap[:-1] & gap[1:])

    def _words_of_sizes(self, starts: Array, ends: Array) -> Iterator[Grams]:
        for size in WORD_SIZES:
            first, last = starts[: len(starts) - size + 1], ends[size - 1 :]
            same_line = self._line_of[first] == self._line_of[last - 1]
            yield self._grams(first[same_line], last[same_line])

    def _words_about_someone(self, starts: Array, ends: Array) -> Grams:
        """Each word of a line that speaks to "you", of a group, or both, once more as a feature of that kind.

        "kill the process" and "kill you" share a word; a linear score can only tell them apart by such pairs.
        """
        hashed, line = self._hashes(starts, ends), self._line_of[starts]
        kinds = kinds_of_lines(kinds_of_words(hashed), line, self.lines)[line]
        return Grams(features_of(hashed, kinds)[kinds > 0], line[kinds > 0])

    def _grams(self, starts: Array, ends: Array) -> Grams:
        return Grams(features_of(self._hashes(starts, ends)), self._line_of[starts])

    def _hashes(self, starts: Array, ends: Array) -> Hashes:
        hashed: Hashes = (self._prefix[ends] - self._prefix[starts]) * self._inverse[starts]
        return hashed


def features_of(hashed: Hashes, kinds: Hashes | None = None) -> Array:
    """The feature numbers of polynomial hashes, whose upper bits alone would repeat too often.

    ``kinds``: of the line each stands in; the same word is another feature in each kind.
    """
    if kinds is not None:
        hashed = hashed + kinds * _MIX
    hashed = (hashed ^ (hashed >> np.uint64(31))) * _MIX
    features: Array = (hashed >> np.uint64(64 - FEATURE_BITS)).astype(np.int64)
    return features


def kinds_of_words(hashed: Hashes) -> Hashes:
    """What a word makes of its line: 1 speaks to "you", 2 of a group, 0 neither."""
    kinds: Hashes = np.isin(hashed, _SECOND_PERSON) + np.isin(hashed, _GROUP_NAME) * np.uint64(2)
    return kinds


def kinds_of_lines(kinds: Hashes, line: Array, lines: int) -> Hashes:
    """Per line 0 to 3: the kinds of its words added up, each once."""
    to_you, of_group = (np.bincount(line[kinds == kind], minlength=lines) > 0 for kind in (1, 2))
    kinds_there: Hashes = to_you + of_group * np.uint64(2)
    return kinds_there


def hashes_joined(first: Hashes, power: Hashes, second: Hashes) -> Hashes:
    """The hashes of "first second"; ``power``: P to the length of the first."""
    joined: Hashes = first + power * (np.uint64(_SPACE + 1) + np.uint64(_P) * second)
    return joined


def _word_hashes(words: str) -> Hashes:
    return np.array(
        [sum((ord(c) + 1) * pow(_P, i, 1 << 64) for i, c in enumerate(word)) % (1 << 64) for word in words.split()],
        np.uint64,
    )


_SECOND_PERSON = _word_hashes("you u your ur youre yours yourself yall ya")
_GROUP_NAME = _word_hashes(GROUP)


def line_scales(grams: Grams, lines: int) -> npt.NDArray[np.float64]:
    """Per line, what its sum of weights is multiplied by: about one over the root of its number of n-grams.

    The added constant pulls very short lines ("Oil", "ok") to the bias: few n-grams are little evidence.
    """
    return scales_of(np.bincount(grams.line, minlength=lines))


def scales_of(counts: npt.NDArray[np.int64 | np.float64]) -> npt.NDArray[np.float64]:
    """The same from the number of n-grams of each line."""
    scales: npt.NDArray[np.float64] = 1 / np.sqrt(counts + SHORT_LINE)
    return scales


def _prefix_hashes(codes: npt.NDArray[np.uint32]) -> tuple[Hashes, Hashes]:
    """``prefix[i]`` = sum of the first i codes times powers of P; ``inverse[i]`` = P**-i."""
    powers = _powers(_P, len(codes))
    prefix = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers[:-1], out=prefix[1:])
    return prefix, _powers(_P_INVERSE, len(codes))


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count + 1, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _joined(parts: list[Grams]) -> Grams:
    return Grams(np.concatenate([p.feature for p in parts]), np.concatenate([p.line for p in parts]))
