"""Cuts a text into the pieces that are scored on their own.

A classifier that reads a whole text dilutes one insult in sixty clean sentences; so the worst piece decides.
"""

import re
from collections.abc import Iterator

# A longer sentence is cut again, so that a run-on or unpunctuated text does not dilute an insult either.
MAX_PIECE_CHARS = 120
_MIN_CLAUSE_CHARS = 40

# A stop ends a sentence only after two word characters, so that "f. u. c. k." and "e.g. this" stay whole.
_PIECE = re.compile(r"\S(?:[^\n\r]*?(?:\w\w[\"')\]]*[.!?]+[\"')\]]*(?=\s|$)|(?=[\n\r]|$)))")


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yields ``(start, end)`` offsets of the pieces of ``text``: in order, none empty, none overlapping."""
    for match in _PIECE.finditer(text):
        start, end = match.span()
        while end - start > MAX_PIECE_CHARS:
            cut = _cut_before(text, start, start + MAX_PIECE_CHARS)
            yield start, cut
            start = cut
        yield start, end


def _cut_before(text: str, start: int, end: int) -> int:
    """Where to cut before ``end``: behind a comma ending a long enough clause, else a space, else there."""
    comma = text.rfind(", ", start + _MIN_CLAUSE_CHARS, end)
    space = text.rfind(" ", start + 1, end) if comma < 0 else comma + 1
    return end if space < 0 else space + 1
