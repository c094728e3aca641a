"""How much of an answer repeats what it said before: 0 (nothing) to 1, and whether it ends in a loop.

Value: the share of four-word runs that stood before, the larger of all and of the last two hundred words. A text
with hardly any spaces is read in runs of twelve characters. Tables and lists repeat little by this measure, because
their four-word runs differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.rule import Rule

_WORD = re.compile(r"\w+")
_RUN = 4
_TAIL_WORDS = 200
_CHARS_PER_RUN = 12
_SPACELESS = 25
"""Characters a word on average from which a text counts as written without spaces."""


@dataclass(frozen=True, slots=True)
class RepetitionConfig:
    """`threshold`: `repeats` from here on. `max_chars`: of a longer answer, its beginning and its end are read."""

    threshold: float = 0.3
    max_chars: int = 20_000


def judge_repetition(config: RepetitionConfig, answer: str) -> Judgement:
    """Labels: `repeats`, `varied`; None for fewer than eight runs."""
    if len(answer) > config.max_chars:
        answer = answer[: config.max_chars // 2] + answer[-config.max_chars // 2 :]
    units = _units(answer.lower())
    if len(units) < 2 * _RUN:
        return Judgement(None, "short")
    share = max(_repeated(units), _repeated(units[-_TAIL_WORDS:]))
    return Judgement(share, "repeats" if share >= config.threshold else "varied")


def _units(text: str) -> Sequence[str]:
    words = _WORD.findall(text)
    if words and len(text) / len(words) < _SPACELESS:
        return words
    step = _CHARS_PER_RUN // _RUN
    return [text[at : at + step] for at in range(len(text))] if text.strip() else []


def _repeated(units: Sequence[str]) -> float:
    runs = list(zip(*(units[i:] for i in range(_RUN)), strict=False))
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


RULE = Rule("repetition", judge_repetition, config=RepetitionConfig)
