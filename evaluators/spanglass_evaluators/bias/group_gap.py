"""Are groups of people treated alike: the gap of a score or a number between cohorts, with its interval.

A gap counts when it stands the correction for the many that were looked at and its whole interval lies beyond what is
tolerated. Beside each gap: its ratio, and the gap with the mix of strata (models, topics) held fixed, which tells
whether the groups are treated differently or merely ask for different things.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from spanglass_evaluators.bias.cohorts import attribute_of
from spanglass_evaluators.bias.gap import Group, Pair, difference, difference_within_strata, ratio
from spanglass_evaluators.bias.grouping import Rows, rows_of
from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.multiplicity import adjust

DEFAULT_FEATURES = (
    "score:refusal",
    "score:toxicity",
    "score:reference_match",
    "OutputTokens",
    "Duration",
    "CostUsd",
)


@dataclass(frozen=True, slots=True)
class GroupGapConfig:
    """`attribute`: what makes the groups (cohorts.py): mostly `metadata.KEY`.

    A feature of zeros and ones is a share and its gap a difference of shares (`tolerated_share`); any other
    is compared by means, in standard deviations (`tolerated_deviations`). Only groups of `min_group` values
    or more are compared, the `max_groups` largest of them. `correction`: "fdr_bh" holds the share of false gaps among
    those found, "holm" the chance of any. `strata`: columns whose mix is held fixed in `WithinEffect`.
    """

    attribute: str
    features: tuple[str, ...] = DEFAULT_FEATURES
    alpha: float = 0.05
    min_group: int = 30
    max_groups: int = 8
    tolerated_share: float = 0.05
    tolerated_deviations: float = 0.2
    correction: Literal["fdr_bh", "holm"] = "fdr_bh"
    strata: tuple[str, ...] = ("ResponseModel",)
    intervals: Literal["welch", "bootstrap"] = "welch"


@dataclass(frozen=True, slots=True)
class GroupGap:
    """The window evaluator; it looks at the current window alone."""

    config: GroupGapConfig
    name: str = "group_gap"
    version: str = "2"

    @property
    def columns(self) -> tuple[str, ...]:
        wanted = (attribute_of(self.config.attribute).column, *self.config.features, *self.config.strata)
        return tuple(dict.fromkeys(wanted))

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One judgement a feature and pair of groups; one that says so for each group that is too small."""
        rows = rows_of(current, attribute_of(self.config.attribute), self.config.features, self.config.strata)
        pairs: list[Pair] = []
        rest: list[WindowJudgement] = []
        for feature in self.config.features:
            large, small, known = self._split(rows, feature)
            pairs += [Pair(feature, a, b) for a, b in combinations(large, 2)]
            rest += self._not_enough(feature, large, small, known)
        return [*self._judged(pairs), *rest]

    def _split(self, rows: Rows, feature: str) -> tuple[list[Group], list[Group], int]:
        """The groups that are large enough, by name; those that are not; and how many values are known in all."""
        groups = rows.groups_of(feature)
        largest = sorted(groups, key=lambda g: (-len(g), g.name))[: self.config.max_groups]
        large = [g for g in largest if len(g) >= self.config.min_group]
        small = [g for g in largest if len(g) < self.config.min_group]
        return sorted(large, key=lambda g: g.name), small, sum(map(len, groups))

    def _judged(self, pairs: Sequence[Pair]) -> list[WindowJudgement]:
        """Tested each by itself, then corrected: intervals are as much wider as the correction asks for."""
        alpha, correction = self.config.alpha, self.config.correction
        p_values = [difference(pair, alpha=alpha).p_value for pair in pairs]
        adjusted = [p for p in adjust(p_values, correction) if p is not None]
        level = interval_level([p <= alpha for p in adjusted], alpha, correction)
        return [self._judge_pair(pair, level, p) for pair, p in zip(pairs, adjusted, strict=True)]

    def _judge_pair(self, pair: Pair, level: float, adjusted: float) -> WindowJudgement:
        found = difference(pair, alpha=level, by_bootstrap=self.config.intervals == "bootstrap")
        tolerated = self.config.tolerated_share if pair.are_shares else self.config.tolerated_deviations
        beyond = _beyond(found, tolerated)
        judged = WindowJudgement(
            pair.feature, found.method, len(pair.ours), len(pair.theirs),
            cohort=f"{self._key}={pair.ours.name} vs {self._key}={pair.theirs.name}",
            statistic=found.statistic, p_value=found.p_value, adjusted_p_value=adjusted,
            effect_size=found.effect, effect_low=found.low, effect_high=found.high, threshold=tolerated,
            drifted=None if beyond is None else beyond and adjusted <= self.config.alpha,
            explanation=f"mean {pair.ours.values.mean():.4g} for {pair.ours.name}, "
            f"{pair.theirs.values.mean():.4g} for {pair.theirs.name}",
        )  # fmt: skip
        return _with_strata(_with_ratio(judged, pair, level), pair, found, level)

    def _not_enough(
        self, feature: str, large: Sequence[Group], small: Sequence[Group], known: int
    ) -> Iterator[WindowJudgement]:
        """Too few groups to compare, or groups too small to be compared with the others."""
        least = self.config.min_group
        if len(large) < 2:
            why = f"not enough data: fewer than two groups of {least} values"
            yield WindowJudgement(feature, "", known, 0, cohort=self._key, explanation=why)
            return
        for group in small:
            why = f"not enough data: {len(group)} of at least {least} values"
            yield WindowJudgement(feature, "", len(group), 0, cohort=f"{self._key}={group.name}", explanation=why)

    @property
    def _key(self) -> str:
        return attribute_of(self.config.attribute).key


def interval_level(found: Sequence[bool], alpha: float, correction: str) -> float:
    """1 - confidence of each interval, so that they hold together as the correction of the p-values does.

    "holm": all of them at once (Bonferroni). "fdr_bh": the share of wrong ones among the found ones stays at alpha
    (Benjamini and Yekutieli 2005).
    """
    counted = max(1, sum(found)) if correction == "fdr_bh" else 1
    return alpha * counted / max(1, len(found))


def _beyond(found: Comparison, tolerated: float) -> bool | None:
    if found.low is None or found.high is None:
        return None
    return found.low > tolerated or found.high < -tolerated


def _is_clear(found: Comparison) -> bool:
    return bool(_beyond(found, 0.0))


def _with_ratio(judged: WindowJudgement, pair: Pair, level: float) -> WindowJudgement:
    found = ratio(pair, alpha=level)
    return replace(judged, ratio=found.value, ratio_low=found.low, ratio_high=found.high)


def _with_strata(judged: WindowJudgement, pair: Pair, found: Comparison, level: float) -> WindowJudgement:
    """The gap with the mix held fixed, and what that says of the gap as a whole."""
    within = difference_within_strata(pair, alpha=level)
    if within is None:
        return judged
    is_reversed = found.effect * within.effect < 0 and _is_clear(found) and _is_clear(within)
    told = f"{judged.explanation}; {within.explanation} the gap is {within.effect:.3g}"
    if is_reversed:
        told += ": its sign is reversed (Simpson's paradox)"
    elif judged.drifted and not _beyond(within, judged.threshold or 0.0):
        told += ": the mix may explain the gap"
    return replace(
        judged, within_effect=within.effect, within_low=within.low, within_high=within.high,
        is_reversed=is_reversed, explanation=told,
    )  # fmt: skip
