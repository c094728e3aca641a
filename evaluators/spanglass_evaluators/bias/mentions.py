"""Which groups of people a text names: the terms of terms/ found in it, read as their neighbours suggest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spanglass_evaluators.bias.english import (
    Words,
    before_a_noun,
    is_about_people,
    is_language,
    is_possessive_her,
    words_of,
)
from spanglass_evaluators.bias.terms.term import BESIDE_PEOPLE, CAPITAL, NO_LANGUAGE, Term
from spanglass_evaluators.bias.terms.vocabulary import BY_WORD, FIRST_OF_TWO


@dataclass(frozen=True, slots=True)
class Mention:
    """A term at words [first, last] of the text."""

    first: int
    last: int
    term: Term


def groups_named(text: str, axis: str) -> tuple[str, ...]:
    """The groups of one axis that a text names, sorted, each once."""
    return tuple(sorted({found.term.group for found in mentions(words_of(text), axis)}))


def mentions(words: Words, axis: str) -> Iterator[Mention]:
    """The terms of an axis in order, none overlapping: of two words where they are one term, else of one."""
    at = 0
    while at < len(words.lower):
        found = _at(words, at, axis)
        if found:
            yield found
        at = found.last + 1 if found else at + 1


def _at(words: Words, at: int, axis: str) -> Mention | None:
    word = words.lower[at]
    if word in FIRST_OF_TWO and (following := words.next_to(at)):
        for term in _meant(BY_WORD.get(f"{word} {following}", ()), words, at, axis):
            return Mention(at, at + 1, term)
    found = list(_meant(BY_WORD.get(word) or BY_WORD.get(word.replace("-", " "), ()), words, at, axis))
    return Mention(at, at, _reading(found, words, at)) if found else None


def _meant(terms: Iterable[Term], words: Words, at: int, axis: str) -> Iterator[Term]:
    for term in terms:
        if term.axis == axis and not _ruled_out(term, words, at):
            yield term


def _ruled_out(term: Term, words: Words, at: int) -> bool:
    start, _ = words.spans[at]
    return (
        (CAPITAL in term.marks and not words.text[start].isupper())
        or (NO_LANGUAGE in term.marks and is_language(words, at))
        or (BESIDE_PEOPLE in term.marks and not is_about_people(words, at))
    )


def _reading(terms: list[Term], words: Words, at: int) -> Term:
    """Of several forms of one word the one that fits: her (his, him), his (her, hers), Muslim (adjective, noun)."""
    by_form = {term.form: term for term in terms}
    if {"object", "possessive"} <= by_form.keys():
        return by_form["possessive" if is_possessive_her(words, at) else "object"]
    if {"alone", "possessive"} <= by_form.keys():
        return by_form["possessive" if before_a_noun(words, at) else "alone"]
    if {"adjective", "noun"} <= by_form.keys():
        return by_form["adjective" if before_a_noun(words, at) else "noun"]
    return terms[0]
