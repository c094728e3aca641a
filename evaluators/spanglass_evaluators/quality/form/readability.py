"""How many years of school an English answer takes: the Automated Readability Index, and two others beside it.

ARI (Smith and Senter 1967) = 4.71 characters/word + 0.5 words/sentence - 21.43; Coleman-Liau (1975) = 0.0588 letters
per 100 words - 0.296 sentences per 100 words - 15.8; LIX (Björnsson 1968) = words/sentence + 100 * words of more
than six letters / words. None of them needs syllables. LIX is made for any European language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.rule import Rule

FORMULAS = ("ari", "coleman_liau", "lix")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?](?=[\s\"')\]]|$)|\n\s*\n")
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_FEWEST_WORDS = 30
_LONG_WORD = 6


@dataclass(frozen=True, slots=True)
class ReadabilityConfig:
    """`formula`: which one is the value; all stand in the explanation. Longer answers: their beginning."""

    formula: str = "ari"
    max_chars: int = 20_000

    def __post_init__(self) -> None:
        if self.formula not in FORMULAS:
            raise ConfigurationError(f"formula = {self.formula!r}: use one of {', '.join(FORMULAS)}")


def judge_readability(config: ReadabilityConfig, answer: str) -> Judgement:
    """None for fewer than thirty words; code blocks are left out."""
    found = readability(_CODE.sub(" ", answer[: config.max_chars]))
    if found is None:
        return Judgement(None, "short")
    return Judgement(found[config.formula], "", ", ".join(f"{name} {value:.1f}" for name, value in found.items()))


def readability(text: str) -> dict[str, float] | None:
    """Formula → value; None for fewer than thirty words."""
    words = _WORD.findall(text)
    count = len(words)
    if count < _FEWEST_WORDS:
        return None
    sentences = max(len(_SENTENCE_END.findall(text)), 1)
    letters = sum(map(len, words))
    long_words = sum(len(word) > _LONG_WORD for word in words)
    return {
        "ari": 4.71 * letters / count + 0.5 * count / sentences - 21.43,
        "coleman_liau": 5.88 * letters / count - 29.6 * sentences / count - 15.8,
        "lix": count / sentences + 100 * long_words / count,
    }


RULE = Rule("readability", judge_readability, config=ReadabilityConfig)
