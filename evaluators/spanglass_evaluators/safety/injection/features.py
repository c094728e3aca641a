"""A piece of folded text as numbered features: hashed words, pairs and triples of words, and the rules that match.

Hashes are CRC-32, which every Python has in C and which gives the same number everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from zlib import crc32

BITS = 16
WORDS = 1 << BITS
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|[<>|\[\]{}#%=\"]")
_LONGEST = 24

PIECE = 800
STRIDE = 500
FLOOD = 25
"""So many times the same word in a row: padding that pushes what was said before out of sight."""


def words_of(folded: str) -> list[str]:
    """Words and the signs that attacks use as fences."""
    return [word[:_LONGEST] for word in _WORD.findall(folded)]


def is_flood(words: list[str]) -> bool:
    """Whether one word stands FLOOD times in a row."""
    run, before = 0, None
    for word in words:
        run = run + 1 if word == before else 1
        if run >= FLOOD:
            return True
        before = word
    return False


def pieces_of(folded: str) -> Iterable[str]:
    """Overlapping pieces of PIECE characters: an attack in a long document is judged by what stands around it."""
    if len(folded) <= PIECE:
        return (folded,)
    return (folded[at : at + PIECE] for at in range(0, len(folded) - PIECE + STRIDE, STRIDE))


def hashed(words: list[str]) -> set[int]:
    """The features of a piece. Words that hold a digit are alike.

    CRC-32 goes on where it stopped, so that a pair costs no more than its second word.
    """
    plain = [word if word.isalpha() or not word.isalnum() else "0" for word in words]
    encoded = [word.encode("utf-8", "surrogatepass") for word in plain]
    following = [b" " + word for word in encoded]
    single = list(map(crc32, encoded))
    pairs = list(map(crc32, following[1:], single))
    triples = map(crc32, following[2:], pairs)
    mask = WORDS - 1
    return {crc & mask for crc in (*single, *pairs, *triples)}
