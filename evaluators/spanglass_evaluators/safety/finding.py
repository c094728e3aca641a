"""Something found in a text: its kind and where it stands, never what it says; and how it is masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

NOTHING = "none"
"""The kind of what is too unlikely to count; its confidence alone is told."""
_ROUNDS = 4  # a mask next to other characters can make up a new match; more than two rounds were never seen


class Finding(NamedTuple):
    """`start` and `end` are offsets in characters; `confidence` is between 0 and 1."""

    kind: str
    start: int
    end: int
    confidence: float = 1.0


Find = Callable[[str], Sequence[Finding]]


def apart(found: Iterable[Finding]) -> list[Finding]:
    """By position and without overlaps: of two that overlap the one that begins first is widened over both."""
    merged: list[Finding] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if merged and one.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = last._replace(end=max(last.end, one.end), confidence=max(last.confidence, one.confidence))
        else:
            merged.append(one)
    return merged


def replaced(text: str, found: Iterable[Finding]) -> str:
    """The text with `[kind]` in the place of every finding, and of every other copy of what was found."""
    parts, at, said = [], 0, {}
    for one in apart(found):
        parts += [text[at : one.start], f"[{one.kind}]"]
        said[text[one.start : one.end]] = f"[{one.kind}]"
        at = one.end
    masked = "".join([*parts, text[at:]])
    for secret, mask in sorted(said.items(), key=lambda pair: -len(pair[0])):
        if secret not in mask:
            masked = masked.replace(secret, mask)
    return masked


def masked(text: str, find: Find) -> str:
    """The text with everything that `find` finds replaced; masking it again changes nothing."""
    for _ in range(_ROUNDS):
        found = find(text)
        if not found:
            break
        text = replaced(text, found)
    return text


def described(found: Sequence[Finding], most: int = 20) -> str:
    """ "email at 3 to 20; card at 31 to 50": kinds and places, for the explanation of a score."""
    shown = "; ".join(f"{one.kind} at {one.start} to {one.end}" for one in found[:most])
    return f"{shown}; {len(found) - most} more" if len(found) > most else shown


def label_of(found: Sequence[Finding]) -> str:
    """The kinds that were found, the most frequent first; NOTHING when there are none."""
    return ",".join(kind for kind, _ in Counter(one.kind for one in found).most_common()) or NOTHING
