"""The settings of drift comparisons: what is compared, by which tests, and what counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from spanglass_evaluators.drift.categorical import CategoricalTest
from spanglass_evaluators.drift.numeric import NumericTest
from spanglass_evaluators.errors import ConfigurationError

DEFAULT_FEATURES = (
    "InputTokens", "OutputTokens", "Duration", "CostUsd", "ResponseModel", "FinishReasons",
    "score:refusal", "score:toxicity", "score:reference_match", "output_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DriftConfig:
    """`min_rows`: fewer in a window is "not enough data". The thresholds are least effects, by test.

    `limits`: "reference" measures numbers and categories by what the reference's own parts vary, instead of by
    a threshold (limits.py). `examples`: how many texts an explanation may quote.
    `embedding`: a prepared model's name or `module:function` for texts; "" is hashed n-grams, which see wording.
    """

    features: tuple[str, ...] = DEFAULT_FEATURES
    alpha: float = 0.05
    min_rows: int = 30
    proportion_threshold: float = 0.05
    numeric_threshold: float = 0.1
    categorical_threshold: float = 0.1
    text_threshold: float = 0.2
    numeric_test: NumericTest = "auto"
    categorical_test: CategoricalTest = "auto"
    limits: Literal["thresholds", "reference"] = "thresholds"
    permutations: int = 999
    examples: int = 3
    seed: int = 0
    embedding: str = ""

    def __post_init__(self) -> None:
        """Raises ConfigurationError for a level that is none, and for too few permutations to ever reach it."""
        if not 0 < self.alpha < 1:
            raise ConfigurationError(f"drift: alpha = {self.alpha}: use a share between 0 and 1, such as 0.05")
        if 1 / (self.permutations + 1) >= self.alpha:
            raise ConfigurationError(
                f"drift: permutations = {self.permutations}: the least p-value is 1/{self.permutations + 1}, "
                f"never below alpha = {self.alpha}; use {math.ceil(1 / self.alpha)} or more (999 is usual)"
            )

    def threshold_of(self, method: str) -> float:
        return {
            "two_proportions": self.proportion_threshold,
            "fisher_exact": self.proportion_threshold,
            "cmh": self.proportion_threshold,
            "terms": self.proportion_threshold,
            "chi2": self.categorical_threshold,
            "clusters": self.categorical_threshold,
            "mmd": self.text_threshold,
            "centroid": self.text_threshold,
            "domain_classifier": self.text_threshold,
        }.get(method, self.numeric_threshold)
