"""What a text is made of, for comparing windows: its words, its language, the prompt template it came from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W\d_][\w'-]*")
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")
_LANGUAGE_CHARACTERS = 400
_TOO_SHORT = 8

_TEMPLATE_SHARE = 0.05
_TEMPLATE_LEAST = 3
_TEMPLATE_TOKENS = 24
_TEMPLATES_KEPT = 30
OTHER = "(other)"


def words(text: str) -> frozenset[str]:
    """The words there are, case folded; numbers are none."""
    return frozenset(_WORD.findall(text.lower()))


def languages(texts: Sequence[str]) -> list[str]:
    """ISO 639-1 by py3langid; `und` for texts too short to tell."""
    identify = _identifier()
    return [
        identify(text[:_LANGUAGE_CHARACTERS])[0] if sum(map(str.isalpha, text[:100])) >= _TOO_SHORT else "und"
        for text in texts
    ]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    import py3langid  # 0.3 s and 130 MB: only where languages are asked for

    return py3langid.classify


def templates(texts: Sequence[str]) -> list[str]:
    """The fixed words of each text, `*` for what varies, cut after 24; rare ones are `(other)`.

    A word is fixed when at least 5 % of all texts have it. Numbers vary. So "Is 17077 a prime number?" is
    "Is * a prime number ?" where many such questions are asked.
    """
    tokens = [_TOKEN.findall(text) for text in texts]
    frequency = Counter(token for found in tokens for token in set(found))
    least = max(_TEMPLATE_LEAST, _TEMPLATE_SHARE * len(texts))
    found = [_skeleton(text, frequency, least) for text in tokens]
    kept = {skeleton for skeleton, _ in sorted(Counter(found).items(), key=lambda f: (-f[1], f[0]))[:_TEMPLATES_KEPT]}
    return [skeleton if skeleton in kept else OTHER for skeleton in found]


def _skeleton(tokens: list[str], frequency: Counter[str], least: float) -> str:
    fixed: list[str] = []
    for token in tokens:
        shown = token if frequency[token] >= least and not token.isdigit() else "*"
        if shown != "*" or fixed[-1:] != ["*"]:
            fixed.append(shown)
        if len(fixed) == _TEMPLATE_TOKENS:
            break
    return " ".join(fixed)
