"""Are two groups of people treated alike: the gap of a score or a number between cohorts, with its interval.

A gap counts when its whole interval lies beyond what is tolerated. The intervals are simultaneous (Bonferroni
over all pairs and features of the run), the p-values are Holm's: one group singled out by chance among many
is no finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.mean import compare_means
from spanglass_evaluators.statistics.multiplicity import adjust
from spanglass_evaluators.statistics.proportion import compare_proportions

DEFAULT_FEATURES = (
    "score:refusal",
    "score:toxicity",
    "score:reference_match",
    "OutputTokens",
    "Duration",
    "CostUsd",
)

Groups = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class GroupGapConfig:
    """`attribute`: the column that names the group, mostly `metadata.KEY`.

    A feature of zeros and ones is a share and its gap a difference of shares (`tolerated_share`); any other
    is compared by means, in standard deviations (`tolerated_deviations`). Only groups of `min_group` values
    or more are compared, the `max_groups` largest of them.
    """

    attribute: str
    features: tuple[str, ...] = DEFAULT_FEATURES
    alpha: float = 0.05
    min_group: int = 30
    max_groups: int = 8
    tolerated_share: float = 0.05
    tolerated_deviations: float = 0.2


@dataclass(frozen=True, slots=True)
class _Pair:
    """One gap to look at: the values of two groups."""

    feature: str
    names: tuple[str, str]
    values: tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class GroupGap:
    """The window evaluator; it looks at the current window alone."""

    config: GroupGapConfig
    name: str = "group_gap"
    version: str = "1"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.config.attribute, *self.config.features)

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One judgement a feature and pair of groups; one that says so for a feature with too few groups."""
        names = current.columns[self.config.attribute]
        groups = {f: self._large_groups(names, current.columns[f]) for f in self.config.features}
        pairs = [pair for feature, found in groups.items() for pair in _pairs(feature, found)]
        judged = [self._judge_pair(pair, self.config.alpha / len(pairs)) for pair in pairs]
        adjusted = adjust([j.p_value for j in judged], "holm")
        too_small = [self._not_enough(f, names, current) for f, found in groups.items() if len(found) < 2]
        return [replace(j, adjusted_p_value=p) for j, p in zip(judged, adjusted, strict=True)] + too_small

    def _large_groups(self, names: Sequence[str], values: Sequence[Any]) -> Groups:
        groups: Groups = defaultdict(list)
        for name, value in zip(names, values, strict=True):
            if name and value is not None and value == value:
                groups[name].append(float(value))
        by_size = sorted(groups, key=lambda name: (-len(groups[name]), name))[: self.config.max_groups]
        return {name: groups[name] for name in sorted(by_size) if len(groups[name]) >= self.config.min_group}

    def _judge_pair(self, pair: _Pair, alpha: float) -> WindowJudgement:
        found, tolerated = self._compare(pair, alpha)
        first, second = pair.names
        means = [float(np.mean(values)) for values in pair.values]
        return WindowJudgement(
            pair.feature, found.method, len(pair.values[0]), len(pair.values[1]),
            cohort=f"{self._key}={first} vs {self._key}={second}",
            statistic=found.statistic, p_value=found.p_value, effect_size=found.effect,
            effect_low=found.low, effect_high=found.high, threshold=tolerated,
            drifted=_beyond(found, tolerated),
            explanation=f"mean {means[0]:.4g} for {first}, {means[1]:.4g} for {second}",
        )  # fmt: skip

    def _compare(self, pair: _Pair, alpha: float) -> tuple[Comparison, float]:
        ours, theirs = pair.values
        if set(ours) | set(theirs) <= {0.0, 1.0}:
            found = compare_proportions(int(sum(ours)), len(ours), int(sum(theirs)), len(theirs), alpha=alpha)
            return found, self.config.tolerated_share
        return compare_means(np.array(ours), np.array(theirs), alpha=alpha), self.config.tolerated_deviations

    def _not_enough(self, feature: str, names: Sequence[str], current: Window) -> WindowJudgement:
        known = sum(
            bool(name) and value is not None for name, value in zip(names, current.columns[feature], strict=True)
        )
        why = f"not enough data: fewer than two groups of {self.config.min_group} values"
        return WindowJudgement(feature, "", known, 0, cohort=self._key, explanation=why)

    @property
    def _key(self) -> str:
        return self.config.attribute.removeprefix("metadata.")


def _pairs(feature: str, groups: Groups) -> list[_Pair]:
    return [_Pair(feature, (a, b), (groups[a], groups[b])) for a, b in combinations(groups, 2)]


def _beyond(found: Comparison, tolerated: float) -> bool | None:
    if found.low is None or found.high is None:
        return None
    return found.low > tolerated or found.high < -tolerated
