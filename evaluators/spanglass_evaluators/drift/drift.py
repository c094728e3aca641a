"""Two windows, feature by feature: choose the test by the feature's type, adjust p over all, decide.

Drifted means both: the adjusted p-value is below alpha and the effect reaches its threshold. With enough rows
any difference is significant, and with few rows any can look large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spanglass_evaluators.columns import TEXT_COLUMNS
from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.text import compare_texts
from spanglass_evaluators.errors import ContractError
from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.multiplicity import adjust
from spanglass_evaluators.statistics.proportion import compare_proportions

DEFAULT_FEATURES = (
    "InputTokens", "OutputTokens", "Duration", "CostUsd", "ResponseModel", "FinishReasons",
    "score:refusal", "score:toxicity", "score:reference_match", "output_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DriftConfig:
    """`min_rows`: fewer in a window is "not enough data". The four thresholds are least effects, by test."""

    features: tuple[str, ...] = DEFAULT_FEATURES
    alpha: float = 0.05
    min_rows: int = 30
    proportion_threshold: float = 0.05
    numeric_threshold: float = 0.1
    categorical_threshold: float = 0.1
    text_threshold: float = 0.2
    permutations: int = 999
    seed: int = 0

    def threshold_of(self, method: str) -> float:
        return {
            "ks": self.numeric_threshold,
            "chi2": self.categorical_threshold,
            "mmd": self.text_threshold,
        }.get(method, self.proportion_threshold)


@dataclass(frozen=True, slots=True)
class Drift:
    """The window evaluator; limits and false-alarm rates are in docs/evaluators/drift.md."""

    config: DriftConfig = DriftConfig()
    name: str = "drift"
    version: str = "1"

    @property
    def columns(self) -> tuple[str, ...]:
        return self.config.features

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One judgement a feature. Raises ContractError without a reference window."""
        if reference is None:
            raise ContractError("drift needs a reference window")
        judged = [
            self._compare(feature, reference.columns[feature], current.columns[feature])
            for feature in self.config.features
        ]
        adjusted = adjust([j.p_value for j in judged], "fdr_bh")
        return [self._decide(j, p) for j, p in zip(judged, adjusted, strict=True)]

    def _compare(self, feature: str, before: Sequence[Any], now: Sequence[Any]) -> WindowJudgement:
        reference, current = _known(feature, before), _known(feature, now)
        n, reference_n = len(current), len(reference)
        if min(n, reference_n) < self.config.min_rows:
            why = f"not enough data: {reference_n} -> {n} values, {self.config.min_rows} needed in each window"
            return WindowJudgement(feature, "", n, reference_n, explanation=why)
        found = self._test(feature, current, reference)
        return WindowJudgement(
            feature, found.method, n, reference_n, statistic=found.statistic, p_value=found.p_value,
            effect_size=found.effect, effect_low=found.low, effect_high=found.high,
            threshold=self.config.threshold_of(found.method), explanation=found.explanation,
        )  # fmt: skip

    def _test(self, feature: str, current: list[Any], reference: list[Any]) -> Comparison:
        config = self.config
        if feature in TEXT_COLUMNS:
            return compare_texts(
                current, reference, permutations=config.permutations, alpha=config.alpha, seed=config.seed
            )
        if isinstance(current[0], str) or isinstance(reference[0], str):
            return compare_categories([str(v) for v in current], [str(v) for v in reference])
        if set(current) | set(reference) <= {0, 1}:
            hits, reference_hits = int(sum(current)), int(sum(reference))
            return compare_proportions(hits, len(current), reference_hits, len(reference), alpha=config.alpha)
        return compare_numbers(np.array(current, np.float64), np.array(reference, np.float64))

    def _decide(self, judged: WindowJudgement, adjusted: float | None) -> WindowJudgement:
        if adjusted is None or judged.effect_size is None or judged.threshold is None:
            return judged
        drifted = adjusted < self.config.alpha and abs(judged.effect_size) >= judged.threshold
        return replace(judged, adjusted_p_value=adjusted, drifted=drifted)


def _known(feature: str, values: Sequence[Any]) -> list[Any]:
    """The values there are: no None, no NaN, no empty text; lists (finish reasons) as one word."""
    known = [",".join(v) if isinstance(v, (list, tuple)) else v for v in values if v is not None]
    if feature in TEXT_COLUMNS:
        return [v for v in known if v.strip()]
    return [v for v in known if v == v and v != ""]
