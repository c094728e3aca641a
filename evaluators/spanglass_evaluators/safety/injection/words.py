"""The words of folded text, each with what does not depend on its neighbours. Words seen before are remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from spanglass_evaluators.safety.injection.rules import literals_in

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|[<>|\[\]{}#%=\"]")
"""Words and the signs that attacks use as fences."""
_ASCII_GAPS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "'<>|[]{}#%=\"")}
_LONGEST = 24
_MOST_KNOWN, _LONGEST_KNOWN = 1 << 15, 40
"""Tokens, and characters of one; as many take some 15 MB."""


class Word(NamedTuple):
    """`short`: its first characters. `crc`: CRC-32 of its plain form, in which words that hold a digit are alike;
    `following`: the plain form behind a space. `literals`: bits of what it may be part of (`rules.literals_in`)."""

    short: str
    crc: int
    following: bytes
    literals: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, in order: a column for each field of Word."""

    short: tuple[str, ...] = ()
    crc: tuple[int, ...] = ()
    following: tuple[bytes, ...] = ()
    literals: tuple[int, ...] = ()


class _Memory:
    """A token, the characters between two gaps, to its words. Threads may share it: what is in it never changes."""

    def __init__(self) -> None:
        self._words_of: dict[str, tuple[Word, ...]] = {}

    def words(self, tokens: list[str]) -> Iterable[Word]:
        known = self._words_of
        try:
            return list(chain.from_iterable(map(known.__getitem__, tokens)))
        except KeyError:
            learned = _learned(set(tokens).difference(known))
        self._remember({token: words for token, words in learned.items() if len(token) <= _LONGEST_KNOWN})
        return [word for token in tokens for word in (learned[token] if token in learned else known[token])]

    def _remember(self, learned: dict[str, tuple[Word, ...]]) -> None:
        if len(self._words_of) >= _MOST_KNOWN:
            self._words_of = {}
        self._words_of.update(learned)


_MEMORY = _Memory()


def words_of(folded: str) -> Words:
    """The words of a folded text."""
    tokens = folded.translate(_ASCII_GAPS).split() if folded.isascii() else _WORD.findall(folded)
    return Words(*zip(*_MEMORY.words(tokens), strict=True))


def _learned(tokens: Iterable[str]) -> dict[str, tuple[Word, ...]]:
    spoken = {token: _WORD.findall(token) for token in tokens}
    literals = literals_in({word for words in spoken.values() for word in words})
    return {token: tuple(_word(word, literals[word]) for word in words) for token, words in spoken.items()}


def _word(word: str, literals: int) -> Word:
    short = word[:_LONGEST]
    plain = short if short.isalpha() or not short.isalnum() else "0"
    encoded = plain.encode("utf-8", "surrogatepass")
    return Word(short, crc32(encoded), b" " + encoded, literals)
