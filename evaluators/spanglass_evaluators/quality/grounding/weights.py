"""Weights of groundedness. Generated: evaluators/training/train_groundedness.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BIAS: Final = -1.37

WEIGHTS: Final[Mapping[str, float]] = {
    "content": 1.25,
    "first_person": -1.03,
    "found": 1.15,
    "length": -1.45,
    "missing": -1.06,
    "negation": -4.1,
    "no_content": -0.55,
    "number_missing": -1.29,
    "pairs": 0.53,
    "question": -2.29,
    "second_person": -0.64,
    "stems": 1.36,
    "words": 2.23,
}
