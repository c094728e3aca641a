"""A piece of folded text as numbered features: hashed words, pairs and triples of words, and the rules that match.

Hashes are CRC-32, which every Python has in C and which gives the same number everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import eq
from zlib import crc32

from spanglass_evaluators.safety.injection.words import Words

BITS = 16
WORDS = 1 << BITS

PIECE = 800
STRIDE = 500
FLOOD = 25
"""So many times the same word in a row: padding that pushes what was said before out of sight."""


def is_flood(words: Words) -> bool:
    """Whether one word stands FLOOD times in a row."""
    said = words.short
    if not any(map(eq, said, said[FLOOD - 1 :])):
        return False
    run, before = 0, None
    for word in said:
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


def hashed(words: Words) -> set[int]:
    """The features of a piece. CRC-32 goes on where it stopped, so that a pair costs no more than its second word."""
    single, following = words.crc, words.following
    pairs = list(map(crc32, following[1:], single))
    triples = map(crc32, following[2:], pairs)
    mask = WORDS - 1
    return {crc & mask for crc in (*single, *pairs, *triples)}
