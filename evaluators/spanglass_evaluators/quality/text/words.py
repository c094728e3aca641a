"""Words of a text, their stems, and which of them say nothing."""

from __future__ import annotations

import re
from functools import lru_cache

WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
"""Over lower-case text: runs of ASCII letters and digits, else runs of other letters."""

_SILENT = """
    a an the this that these those of in on at to for from by with as and or but if so than then it its he she they
    them his her their him i you we my your our me us is are was were be been being am do does did have has had will
    would can could should may might must no not also just very too there here what which who whom whose when where
    how why all any both some such only own same s t re ve m ll d about into over after before between out up down off
    again more most other because while during each few well yes yeah nope oh actually
"""
SILENT = frozenset(_SILENT.split())
"""English words that carry no claim of their own."""

_ENDINGS = ("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "es", "ly", "s")
_SHORTEST_STEM = 3


def words_of(text: str) -> list[str]:
    """Lower-case words in order."""
    return WORD.findall(text.lower())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word without its English ending; the first ending that leaves three letters goes."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def content_stems(words: list[str]) -> list[str]:
    """Stems of the words that say something, in order, repeated ones too."""
    return [stem(word) for word in words if word not in SILENT]
