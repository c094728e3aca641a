"""Disguises words the way people do who want to pass a filter, for examples of the same label."""

from __future__ import annotations

import random

_LEET = {"a": "@4", "e": "3", "i": "1!", "o": "0", "s": "$5", "t": "7"}


def disguise(text: str, chance: random.Random) -> str:
    """``text`` with about a third of its longer words misspelt. Labels survive: clean text stays clean."""
    words = text.split(" ")
    return " ".join(
        _disguise_word(word, chance) if len(word) > 3 and chance.random() < 0.35 else word for word in words
    )


def _disguise_word(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    ways = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at] * 4 + word[at + 1 :],
        word[:at] + "*" + word[at + 1 :],
        word[:at] + " " + word[at:],
        "".join(chance.choice(_LEET.get(letter.lower(), letter)) for letter in word),
    )
    return chance.choice(ways)
