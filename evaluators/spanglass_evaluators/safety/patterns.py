"""Runs a table of regular expressions over a text, those alone whose literal hints the text holds.

Looking for a literal costs a twentieth of running an expression over prose, and nearly every text has none of them.
Every expression here takes time linear in the text: repeats are bounded, and begin where a run of their characters
begins (a look-behind says so), so that a long run is tried once and not once a character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spanglass_evaluators.safety.finding import Finding


def _whole(text: str) -> int:
    return len(text)


@dataclass(frozen=True, slots=True)
class Pattern:
    """`hints`: literals of which a text must hold one (in lower case where `any_case`).
    `real_length`: how many characters of a match are the real thing, 0 for none. A group `secret` is the part
    that is found."""

    kind: str
    expression: re.Pattern[str]
    hints: tuple[str, ...] = ()
    any_case: bool = False
    needs_digits: int = 0
    real_length: Callable[[str], int] = _whole
    confidence: float = 1.0


_MANY_DIGITS = {count: re.compile(rf"(?:\d[ ().:/-]{{0,2}}){{{count - 1}}}\d") for count in (4, 9, 13)}


def find_all(text: str, patterns: Sequence[Pattern]) -> list[Finding]:
    """What the patterns find, by position, which may overlap. Takes any text."""
    lowered, digits, found = text.lower(), _longest_digits(text), []
    for pattern in patterns:
        if pattern.needs_digits > digits:
            continue
        looked_at = lowered if pattern.any_case else text
        for hint in pattern.hints:  # a loop and no `any`: a generator would double the cost of most texts
            if hint in looked_at:
                found += _matches(text, pattern)
                break
    return sorted(found, key=lambda one: one.start)


def _longest_digits(text: str) -> int:
    """The most digits in one number, counted in the steps that patterns ask for."""
    longest = 0
    for count, expression in _MANY_DIGITS.items():
        if not expression.search(text):
            break
        longest = count
    return longest


def _matches(text: str, pattern: Pattern) -> list[Finding]:
    group = "secret" if "secret" in pattern.expression.groupindex else 0
    found = []
    for match in pattern.expression.finditer(text):
        start, end = match.span(group)
        length = pattern.real_length(text[start:end])
        if length:
            found.append(Finding(pattern.kind, start, start + length, pattern.confidence))
    return found
