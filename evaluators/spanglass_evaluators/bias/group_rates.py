"""Are yes-or-no outcomes dealt out alike: selection, true and false positive rates of groups, by labels where known.

`[[fairness]]`. For every pair of groups the gaps of the rates (as group_gap.py has them), and over all groups what
Fairlearn calls demographic parity, equalized odds and equal opportunity, each with a permutation test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from spanglass_evaluators.bias.cohorts import attribute_of
from spanglass_evaluators.bias.confusion import OF_LABELLED, GroupMetric, counted, demographic_parity
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig
from spanglass_evaluators.bias.metric_frame import between_groups, metric_named
from spanglass_evaluators.bias.outcomes import (
    FALSE_POSITIVE,
    SELECTION,
    TRUE_POSITIVE,
    Outcomes,
    outcomes,
    with_rates,
)
from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.statistics.multiplicity import adjust


@dataclass(frozen=True, slots=True)
class GroupRatesConfig:
    """`attribute`: what makes the groups (cohorts.py). `selected`, `wanted`: columns of what was done and what should
    have been: numbers, of which those above `positive_at` are yes, or the words 1/0, true/false, yes/no. Without
    `wanted` there are selection rates alone. `metrics`: more of scikit-learn's, by Fairlearn's MetricFrame.
    """

    attribute: str
    selected: str = "score:refusal"
    wanted: str = ""
    positive_at: float = 0.5
    alpha: float = 0.05
    min_group: int = 30
    max_groups: int = 8
    tolerated_share: float = 0.1
    correction: Literal["fdr_bh", "holm"] = "fdr_bh"
    strata: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    permutations: int = 2000

    def __post_init__(self) -> None:
        """Raises ConfigurationError for a metric that there is not."""
        for name in self.metrics:
            metric_named(name)


@dataclass(frozen=True, slots=True)
class GroupRates:
    """The window evaluator; it looks at the current window alone."""

    config: GroupRatesConfig
    name: str = "group_rates"
    version: str = "1"

    @property
    def columns(self) -> tuple[str, ...]:
        c = self.config
        wanted = (c.wanted,) if c.wanted else ()
        return tuple(dict.fromkeys((attribute_of(c.attribute).column, c.selected, *wanted, *c.strata)))

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """The metrics over all groups, then the gaps of every pair."""
        c = self.config
        rates = with_rates(current, c.selected, c.wanted, c.positive_at)
        found = outcomes(rates, attribute_of(c.attribute), min_group=c.min_group, max_groups=c.max_groups)
        return [*self._between(found), *self._gap.judge(None, rates)]

    @property
    def _gap(self) -> GroupGap:
        c = self.config
        config = GroupGapConfig(
            c.attribute, (SELECTION, TRUE_POSITIVE, FALSE_POSITIVE) if c.wanted else (SELECTION,), c.alpha,
            c.min_group, c.max_groups, tolerated_share=c.tolerated_share, correction=c.correction, strata=c.strata,
        )  # fmt: skip
        return GroupGap(config)

    def _between(self, found: Outcomes) -> list[WindowJudgement]:
        """One row a metric over all groups; none with fewer than two groups."""
        if len(found.names) < 2:
            return []
        tested = list(self._tested(found))
        adjusted = adjust([metric.p_value for metric in tested], self.config.correction)
        rows = [self._row(metric, p, found) for metric, p in zip(tested, adjusted, strict=True)]
        return [*rows, *(self._named(name, found) for name in self.config.metrics)]

    def _tested(self, found: Outcomes) -> Iterator[GroupMetric]:
        counts, many = counted(found.groups, found.selected, found.wanted), self.config.permutations
        chosen, n = counts.true_positives + counts.false_positives, counts.positives + counts.negatives
        yield demographic_parity(chosen, n, permutations=many)
        for metric in OF_LABELLED if self.config.wanted else ():
            if (measured := metric(counts, permutations=many)) is not None:
                yield measured

    def _row(self, metric: GroupMetric, adjusted: float | None, found: Outcomes) -> WindowJudgement:
        beyond = metric.difference > self.config.tolerated_share and (adjusted or 0.0) <= self.config.alpha
        return WindowJudgement(
            metric.name, "permutation", len(found.groups), 0, cohort=self._key, statistic=metric.difference,
            p_value=metric.p_value, adjusted_p_value=adjusted, effect_size=metric.difference, ratio=metric.ratio,
            threshold=self.config.tolerated_share, drifted=beyond, explanation=f"over {', '.join(found.names)}",
        )  # fmt: skip

    def _named(self, name: str, found: Outcomes) -> WindowJudgement:
        difference, ratio = between_groups(name, found.wanted, found.selected, found.groups)
        return WindowJudgement(
            name, "fairlearn", len(found.groups), 0, cohort=self._key, effect_size=difference, ratio=ratio,
            threshold=self.config.tolerated_share, explanation=f"not tested; over {', '.join(found.names)}",
        )  # fmt: skip

    @property
    def _key(self) -> str:
        return attribute_of(self.config.attribute).key
