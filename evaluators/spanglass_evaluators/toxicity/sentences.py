"""Cuts a text into the pieces that are scored on their own.

A classifier that reads a whole text dilutes one insult in sixty clean sentences; so the worst piece decides.
"""

import re
from collections.abc import Iterator

# A longer sentence is cut again, so that a run-on or unpunctuated text does not dilute an insult either.
MAX_PIECE_CHARS = 120
_MIN_CLAUSE_CHARS = 40

_CLOSING = "\"')]"
# A line break, or stops and what closes after them before white space: few places, found by their first character.
_BREAK = re.compile(r"[.!?\n\r](?:(?<=[\n\r])|[.!?]*[\"')\]]*(?=\s|$))")
_VISIBLE = re.compile(r"\S")


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yields ``(start, end)`` offsets of the pieces of ``text``: in order, none empty, none overlapping."""
    for start, end in _sentences(text):
        while end - start > MAX_PIECE_CHARS:
            cut = _cut_before(text, start, start + MAX_PIECE_CHARS)
            yield start, cut
            start = cut
        yield start, end


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Sentences begin with a visible character and end behind their stops, else where the line ends."""
    start = _visible_from(text, 0)
    for found in _BREAK.finditer(text):
        at = found.start()
        if at < start:
            continue
        if text[at] in "\n\r":
            end = at
        elif _follows_word(text, start, at):
            end = found.end()
        else:
            continue
        yield start, end
        start = _visible_from(text, end)
    if start < len(text):
        yield start, len(text)


def _follows_word(text: str, start: int, stop: int) -> bool:
    """A stop ends a sentence only after two word characters, so that "f. u. c. k." and "e.g. this" stay whole."""
    while stop > start and text[stop - 1] in _CLOSING:
        stop -= 1
    return stop - 2 > start and _is_word(text[stop - 1]) and _is_word(text[stop - 2])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _visible_from(text: str, at: int) -> int:
    found = _VISIBLE.search(text, at)
    return found.start() if found else len(text)


def _cut_before(text: str, start: int, end: int) -> int:
    """Where to cut before ``end``: behind a comma ending a long enough clause, else a space, else there."""
    comma = text.rfind(", ", start + _MIN_CLAUSE_CHARS, end)
    space = text.rfind(" ", start + 1, end) if comma < 0 else comma + 1
    return end if space < 0 else space + 1
