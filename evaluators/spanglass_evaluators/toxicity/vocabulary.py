"""Words seen before, with what the linear model makes of each: a word is normalised and hashed once, not each time.

Every rule of ``normalise.py`` but two looks at nothing beyond a space. So what becomes of a *token*, the characters
between two spaces, does not depend on its neighbours, and is remembered; and since character n-grams stay inside
their word, so is the sum of their weights. ``known_lines.py`` sees to the other two rules.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.toxicity.identity import GROUP, IDENTITY_TERMS, ONE_GROUP_NOUNS
from spanglass_evaluators.toxicity.ngrams import Array, HashedBlock, Hashes, features_of, kinds_of_words
from spanglass_evaluators.toxicity.normalise import fold_characters, fold_runs

if TYPE_CHECKING:
    from spanglass_evaluators.toxicity.weights import Floats, Weights

MOST_KNOWN = 1 << 17
"""Tokens and words; as many take some 25 MB."""
_LINE_BREAK = "\n"
_AROUND = '.,;:?!"()'
_ADDRESS_BEGINS = "www"
"""Of ASCII letters with such signs before and behind them and apostrophes anywhere, the letters are the word: no rule
of ``fold_characters`` sees anything else there but the address ``www.,``."""
LINE = 0
"""The number of the line break, which stands between lines like a word."""

KIND, IS_LATIN, IS_LETTER, NAMES_GROUP, IS_GROUP_OR_NOUN = 3, 4, 8, 16, 32
"""Bits of a word's traits; KIND, the two lowest: as in ``ngrams.kinds_of_words``."""


@dataclass(frozen=True, slots=True)
class WordRows:
    """One row a known word, by number; row LINE is all zero.

    ``char``, ``word``: weights of the character n-grams together and of the word itself; ``chars``: how many n-grams.
    ``about``: the weight of the word in a line of each kind, shape (4, rows); kind 0 weighs nothing.
    ``hashed``, ``power``: the polynomial hash, and P to the length.
    """

    hashed: Hashes
    power: Hashes
    char: Floats
    chars: Floats
    word: Floats
    about: Floats
    traits: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, rows: int) -> WordRows:
        hashed, power = np.zeros((2, rows), np.uint64)
        char, chars, word = np.zeros((3, rows))
        return cls(hashed, power, char, chars, word, np.zeros((4, rows)), np.zeros(rows, np.uint8))

    def put(self, at: int, other: WordRows) -> None:
        """Writes the rows of another from row ``at`` on."""
        for name in WordRows.__slots__:
            getattr(self, name)[..., at : at + len(other)] = getattr(other, name)

    def __len__(self) -> int:
        return len(self.hashed)


class Vocabulary:
    """Grows while texts are read. Threads may share it: what was added once never changes."""

    def __init__(self, weights: Weights, most_known: int = MOST_KNOWN) -> None:
        self._weights, self._most_known = weights, most_known
        self._words_of: dict[str, tuple[int, ...]] = {"": (), _LINE_BREAK: (LINE,)}
        self._number_of: dict[str, int] = {}
        self._rows = WordRows.empty(1024)
        self._adding = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Time to begin another one, so that texts without end do not fill the memory."""
        return len(self._words_of) + len(self._number_of) >= self._most_known

    def emptied(self) -> Vocabulary:
        """One of the same weights that knows no word yet."""
        return Vocabulary(self._weights, self._most_known)

    def read(self, lines: Sequence[str]) -> tuple[Array, WordRows]:
        """The numbers of the words of all lines, LINE between two lines; and the rows that these number."""
        tokens = f" {_LINE_BREAK} ".join(lines).split(" ")
        unknown = set(tokens).difference(self._words_of)
        if unknown:
            self._learn(unknown)
        numbers = np.fromiter(chain.from_iterable(map(self._words_of.__getitem__, tokens)), np.int64)
        return numbers, self._rows

    def _learn(self, tokens: Collection[str]) -> None:
        """Rows first, names last: who finds the name finds the rows."""
        said = _words_in(tokens)
        with self._adding:
            self._add_words(dict.fromkeys(chain.from_iterable(said.values())))
            number = self._number_of.__getitem__
            self._words_of.update({token: tuple(map(number, words)) for token, words in said.items()})

    def _add_words(self, words: Iterable[str]) -> None:
        new = [word for word in words if word not in self._number_of]
        if not new:
            return
        first = len(self._number_of) + 1
        while first + len(new) > len(self._rows):
            wider = WordRows.empty(2 * len(self._rows))
            wider.put(0, self._rows)
            self._rows = wider
        self._rows.put(first, _weighed(new, self._weights))
        self._number_of.update(zip(new, range(first, first + len(new)), strict=True))


def _words_in(tokens: Iterable[str]) -> dict[str, list[str]]:
    """What ``normalise_block`` makes of each token by itself, but for the rules over several words."""
    plain, others = {}, []
    for token in tokens:
        word = token.replace("'", "").strip(_AROUND)
        if word.isalpha() and word.isascii() and word[-3:].lower() != _ADDRESS_BEGINS:
            plain[token] = word.lower()
        else:
            others.append(token)
    folded = fold_characters("\n".join(others)).split("\n") if others else []
    lines = fold_runs("\n".join([*plain.values(), *folded])).split("\n")
    named = [[GROUP if word in IDENTITY_TERMS else word for word in line.split(" ") if word] for line in lines]
    return dict(zip([*plain, *others], named, strict=True))


def _weighed(words: Sequence[str], weights: Weights) -> WordRows:
    """The rows of words, each hashed as a line of its own."""
    block = HashedBlock("\n".join(f" {word} " for word in words))
    grams, (hashed, power) = block.chars(), block.each_word()
    kinds = (np.full(len(words), kind, np.uint64) for kind in (1, 2, 3))
    traits = kinds_of_words(hashed).astype(np.uint8) | (block.has_latin() * np.uint8(IS_LATIN))
    traits |= np.array([_traits(word) for word in words], np.uint8)
    return WordRows(
        hashed=hashed,
        power=power,
        char=np.bincount(grams.line, weights.char[grams.feature], len(words)).astype(np.float64),
        chars=np.bincount(grams.line, minlength=len(words)).astype(np.float64),
        word=weights.word[features_of(hashed)].astype(np.float64),
        about=np.stack([np.zeros(len(words)), *(weights.word[features_of(hashed, kind)] for kind in kinds)]),
        traits=traits,
    )


def _traits(word: str) -> int:
    is_letter = len(word) == 1 and "a" <= word <= "z"
    is_noun = word == GROUP or word in ONE_GROUP_NOUNS
    return IS_LETTER * is_letter | NAMES_GROUP * word.endswith(GROUP) | IS_GROUP_OR_NOUN * is_noun
