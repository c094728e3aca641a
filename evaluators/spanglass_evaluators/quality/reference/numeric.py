"""1 when the answer's number is the reference's, within a tolerance; the last number of the answer is its result."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.reference import DECLARES_REFERENCE
from spanglass_evaluators.quality.rule import Rule

_NUMBER = re.compile(
    r"(?<![\w.])[-+−]?\s?[$€£]?\s?(\d{1,3}(?:[,'\u202f ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[eE]([-+]?\d{1,3}))?(\s?%)?(?:\s*/\s*(\d+(?:\.\d+)?))?"
)
_GROUPING = re.compile(r"[,'\u202f ]")
_READ_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class NumericConfig:
    """`which`: `last` (results come last), `first`, or `any` number of the answer. Either tolerance suffices."""

    which: str = "last"
    relative: float = 1e-6
    absolute: float = 1e-9

    def __post_init__(self) -> None:
        if self.which not in ("last", "first", "any"):
            raise ConfigurationError(f'which = {self.which!r}: use "last", "first" or "any"')


def judge_numeric(config: NumericConfig, answer: str, reference: str) -> Judgement | Failure:
    """Labels: `match`, `mismatch`, `no_number`."""
    expected = numbers_of(reference[:_READ_CHARS])
    if not expected:
        return Failure("metadata reference holds no number")
    found = numbers_of(answer[-_READ_CHARS:] if config.which == "last" else answer[:_READ_CHARS])
    if not found:
        return Judgement(0.0, "no_number")
    candidates = {"last": found[-1:], "first": found[:1], "any": found}[config.which]
    matched = any(
        math.isclose(number, expected[-1], rel_tol=config.relative, abs_tol=config.absolute) for number in candidates
    )
    return Judgement(float(matched), "match" if matched else "mismatch", f"expected {expected[-1]:g}")


def numbers_of(text: str) -> list[float]:
    """Numbers in order: thousands separators, exponents, percent (as a share) and fractions are understood."""
    return [_value(found) for found in _NUMBER.finditer(text)]


def _value(found: re.Match[str]) -> float:
    digits, exponent, percent, below = found.groups()
    value = float(_GROUPING.sub("", digits)) * 10.0 ** int(exponent or 0)
    if below and float(below):
        value /= float(below)
    if percent:
        value /= 100
    return -value if found.group().lstrip()[0] in "-−" else value


RULE = Rule(
    "numeric_match",
    judge_numeric,
    columns=("output_text", "reference"),
    config=NumericConfig,
    where=DECLARES_REFERENCE,
)
