"""Finds the part of a context that speaks of what a sentence says: the window that holds most of its stems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from spanglass_evaluators.quality.text.words import SILENT, WORD, stem

WINDOW_WORDS = 100
_PLACES_PER_STEM = 64
"""A stem that stands everywhere says nothing of where to look; this bounds the search."""


@dataclass(frozen=True, slots=True)
class Context:
    """A context's words in lower case, their stems and where each stands; `places` of stems that say something."""

    words: list[str]
    stems: list[str]
    spans: list[tuple[int, int]]
    places: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the context from `first` to `last` (excluded); the wanted ones lie from `hit_first` to `hit_last`."""

    first: int
    last: int
    hit_first: int
    hit_last: int


def read_context(text: str) -> Context:
    """The context, ready to be searched."""
    found = list(WORD.finditer(text.lower()))
    words = [match.group() for match in found]
    stems = [stem(word) for word in words]
    places: dict[str, list[int]] = {}
    for at, (word, root) in enumerate(zip(words, stems, strict=True)):
        if word not in SILENT:
            places.setdefault(root, []).append(at)
    return Context(words, stems, [match.span() for match in found], places)


def best_passage(context: Context, wanted: Iterable[str]) -> Passage | None:
    """The window with most of the wanted stems, the earliest of equals; None when there is none of them."""
    hits = sorted(
        (at, root) for root in set(wanted) for at in context.places.get(root, ())[:_PLACES_PER_STEM]
    )  # fmt: skip
    if not hits:
        return None
    inside: Counter[str] = Counter()
    best, best_count, left = (0, 0), 0, 0
    for at, root in hits:
        inside[root] += 1
        while at - hits[left][0] >= WINDOW_WORDS:
            gone = hits[left][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            left += 1
        if len(inside) > best_count:
            best, best_count = (hits[left][0], at), len(inside)
    spare = max(WINDOW_WORDS - (best[1] - best[0]), 0) // 2
    last = min(best[1] + spare + 1, len(context.words))
    return Passage(max(best[0] - spare, 0), last, hit_first=best[0], hit_last=best[1])
