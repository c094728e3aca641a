"""How good are the verdicts, while nobody has labelled them: confidence-based performance estimation (CBPE).

A calibrated probability says how often it is right. So the expected confusion matrix of a window follows from its
probabilities alone (as NannyML documents it). It holds while the meaning of the probability holds: when what is asked
changes (covariate shift), not when the same thing gets another label (concept drift).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.drift.counted import Numbers
from spanglass_evaluators.drift.values import as_numbers
from spanglass_evaluators.errors import ConfigurationError, ContractError


@dataclass(frozen=True, slots=True)
class PerformanceConfig:
    """`score`: a probability; `truth`: 0 or 1, known in the reference; a verdict is `score >= threshold`.

    `min_fall`: least difference to the reference that counts. The interval comes from `resamples` of both windows.
    """

    score: str
    truth: str
    threshold: float = 0.5
    metrics: tuple[str, ...] = ("accuracy", "precision", "recall")
    min_rows: int = 200
    min_fall: float = 0.05
    resamples: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts, or expected counts, of verdicts against the truth."""

    hits: float
    false_alarms: float
    misses: float
    rightly_clean: float


METRICS: Mapping[str, Callable[[Confusion], float]] = {
    "accuracy": lambda c: _share(c.hits + c.rightly_clean, c.false_alarms + c.misses),
    "precision": lambda c: _share(c.hits, c.false_alarms),
    "recall": lambda c: _share(c.hits, c.misses),
    "f1": lambda c: _share(2 * c.hits, c.false_alarms + c.misses),
}


def _share(of: float, other: float) -> float:
    return of / (of + other) if of + other > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class PerformanceDrift:
    """The window evaluator behind `[[expected_performance]]`. Raises ConfigurationError for an unknown metric."""

    config: PerformanceConfig
    name: str = "performance_drift"
    version: str = "1"

    def __post_init__(self) -> None:
        unknown = [name for name in self.config.metrics if name not in METRICS]
        if unknown:
            raise ConfigurationError(f"expected_performance: no metric {unknown[0]!r}; there are {', '.join(METRICS)}")

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.config.score, self.config.truth)

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """One judgement a metric. Raises ContractError without a reference window."""
        if reference is None:
            raise ContractError("performance_drift needs a reference window in which the truth is known")
        scores, truth = (as_numbers(reference.columns[name]) for name in self.columns)
        labelled = np.isfinite(scores) & np.isfinite(truth)
        now = as_numbers(current.columns[self.config.score])
        return self._judged(scores[labelled], truth[labelled], now[np.isfinite(now)])

    def _judged(self, scores: Numbers, truth: Numbers, now: Numbers) -> Sequence[WindowJudgement]:
        n, m, least = len(now), len(scores), self.config.min_rows
        if min(n, m) < least or len(np.unique(truth)) < 2:
            why = f"not enough data: {m} labelled -> {n} scores, {least} needed in each, and both labels in the first"
            return [WindowJudgement(self._feature(name), "", n, m, explanation=why) for name in self.config.metrics]
        realised, expected = self._both(scores, truth, now)
        drawn = self._resampled(scores, truth, now)
        return [self._judgement(name, realised, expected, drawn, (n, m)) for name in self.config.metrics]

    def _resampled(self, scores: Numbers, truth: Numbers, now: Numbers) -> list[tuple[Confusion, Confusion]]:
        generator = np.random.default_rng(self.config.seed)
        drawn = []
        for _ in range(self.config.resamples):
            rows, new = generator.integers(len(scores), size=len(scores)), generator.integers(len(now), size=len(now))
            if 0 < truth[rows].sum() < len(rows):
                drawn.append(self._both(scores[rows], truth[rows], now[new]))
        return drawn

    def _both(self, scores: Numbers, truth: Numbers, now: Numbers) -> tuple[Confusion, Confusion]:
        """(what was in the reference, what is to be expected now)."""
        probability = calibrated(scores, truth, now)
        limit = self.config.threshold
        return confusion(scores >= limit, truth), confusion(now >= limit, probability)

    def _judgement(
        self,
        name: str,
        realised: Confusion,
        expected: Confusion,
        drawn: Sequence[tuple[Confusion, Confusion]],
        sizes: tuple[int, int],
    ) -> WindowJudgement:
        before, now = METRICS[name](realised), METRICS[name](expected)
        gaps = np.array([METRICS[name](there) - METRICS[name](here) for here, there in drawn])
        gaps = gaps[np.isfinite(gaps)]
        if not len(gaps) or not np.isfinite(now - before):
            why = f"not enough data: no verdicts that {name} could be reckoned from"
            return WindowJudgement(self._feature(name), "", *sizes, explanation=why)
        low, high = (float(value) for value in np.quantile(gaps, [0.025, 0.975]))
        effect = now - before
        return WindowJudgement(
            self._feature(name), "cbpe", *sizes, statistic=now,
            effect_size=effect, effect_low=low, effect_high=high, threshold=self.config.min_fall,
            drifted=abs(effect) >= self.config.min_fall and not low <= 0 <= high,
            explanation=f"{name} {before:.3f} in the reference, {now:.3f} expected now",
        )  # fmt: skip

    def _feature(self, metric: str) -> str:
        return f"{self.config.score} {metric}"


def calibrated(scores: Numbers, truth: Numbers, now: Numbers) -> Numbers:
    """P(true) of each score of `now`, by isotonic regression of the truth on the scores."""
    return np.asarray(IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).fit(scores, truth).predict(now))


def confusion(verdicts: npt.NDArray[np.bool_], truth: Numbers) -> Confusion:
    """`truth` may be probabilities: then the counts are expected ones."""
    hits, misses = float(truth[verdicts].sum()), float(truth[~verdicts].sum())
    return Confusion(hits, float(verdicts.sum()) - hits, misses, float((~verdicts).sum()) - misses)
