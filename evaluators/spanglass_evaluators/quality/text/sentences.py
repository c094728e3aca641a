"""Cuts a text into sentences and list items, by their ends and by line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^\s][^\n]*?(?:[\w\])\"'][.!?。！？]+[\"')\]]*(?=\s|$)|(?=\n|$))")
_LONGEST = 600


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence, in order; one longer than 600 characters is cut at a space."""
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        while end - start > _LONGEST:
            space = text.rfind(" ", start + 1, start + _LONGEST)
            cut = space + 1 if space > start else start + _LONGEST
            yield start, cut
            start = cut
        if start < end:
            yield start, end
