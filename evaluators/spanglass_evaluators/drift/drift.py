"""Two windows, feature by feature: choose the test by the feature's type, adjust p over all, decide.

Drifted means both: the adjusted p-value is below alpha and the effect reaches its threshold. With enough rows
any difference is significant, and with few rows any can look large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.drift.categorical import CategoricalTest
from spanglass_evaluators.drift.comparing import Comparing
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.features import Feature, parse_feature
from spanglass_evaluators.drift.limits import TIME
from spanglass_evaluators.drift.numeric import NumericTest
from spanglass_evaluators.errors import ConfigurationError, ContractError
from spanglass_evaluators.statistics.multiplicity import adjust


@dataclass(frozen=True, slots=True)
class Drift:
    """The window evaluator; limits and false-alarm rates are in docs/evaluators/drift.md.

    Raises ConfigurationError for a feature that is none.
    """

    config: DriftConfig = field(default_factory=DriftConfig)
    name: str = "drift"
    version: str = "2"

    def __post_init__(self) -> None:
        if self.config.limits not in ("thresholds", "reference"):
            raise ConfigurationError(f'limits = {self.config.limits!r}: use "thresholds" or "reference"')
        for setting, given, allowed in (
            ("numeric_test", self.config.numeric_test, get_args(NumericTest)),
            ("categorical_test", self.config.categorical_test, get_args(CategoricalTest)),
        ):
            if given not in allowed:
                raise ConfigurationError(f"{setting} = {given!r}: use one of {', '.join(allowed)}")
        self._features()

    def _features(self) -> list[Feature]:
        return [parse_feature(name) for name in self.config.features]

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that the features are made of, each once; and the time where it is the yardstick."""
        named = [column for feature in self._features() for column in feature.columns]
        return tuple(dict.fromkeys([*named, *([TIME] if self.config.limits == "reference" else [])]))

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One judgement a feature. Raises ContractError without a reference window."""
        if reference is None:
            raise ContractError("drift needs a reference window")
        comparing = Comparing(reference.columns, current.columns, self.config)
        judged = [self._judged(feature, comparing) for feature in self._features()]
        adjusted = adjust([j.p_value for j in judged], "fdr_bh")
        return [self._decide(j, p) for j, p in zip(judged, adjusted, strict=True)]

    def _judged(self, feature: Feature, comparing: Comparing) -> WindowJudgement:
        compared = comparing.compare(feature)
        found = compared.found
        if isinstance(found, str):
            why = f"not enough data: {compared.reference_n} -> {compared.n} values, {found}"
            return WindowJudgement(feature.name, "", compared.n, compared.reference_n, explanation=why)
        return WindowJudgement(
            feature.name, found.method, compared.n, compared.reference_n,
            statistic=found.statistic, p_value=found.p_value,
            effect_size=found.effect, effect_low=found.low, effect_high=found.high,
            threshold=compared.threshold, explanation=found.explanation,
        )  # fmt: skip

    def _decide(self, judged: WindowJudgement, adjusted: float | None) -> WindowJudgement:
        if adjusted is None or judged.effect_size is None or judged.threshold is None:
            return judged
        drifted = adjusted < self.config.alpha and abs(judged.effect_size) >= judged.threshold
        return replace(judged, adjusted_p_value=adjusted, drifted=drifted)
