"""Windows made of lists, and texts made of words, for the tests of drift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.drift import Drift

WORDS = ["apple", "river", "stone", "cloud", "green", "seven", "paper", "light", "music", "table"]
ODD_WORDS = ["error", "refund", "ticket", "angry", "late", "broken", "parcel", "refuse", "never", "money"]


def window(**columns: Sequence[Any]) -> Window:
    return Window(0, 1, columns, max(map(len, columns.values())))


def judge(feature: str, before: Sequence[Any], now: Sequence[Any], **config: Any) -> WindowJudgement:
    """The judgement of one feature; an aspect of a text is compared by the column before the dot."""
    drift = Drift(DriftConfig(features=(feature,), **{"permutations": 99, **config}))
    column = drift.columns[0]
    return drift.judge(window(**{column: before}), window(**{column: now}))[0]


def sentences(words: list[str], count: int, seed: int) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(words, 12)) for _ in range(count)]
