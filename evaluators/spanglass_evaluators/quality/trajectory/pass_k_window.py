"""pass^k of a window of trajectories, one row a k: `[[pass_k]]` in the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.quality.trajectory.pass_k import pass_hat_k
from spanglass_evaluators.quality.trajectory.success import reward_of

_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class PassKConfig:
    """`task`: what tells trials of one task; `reward`: what says whether a trial went well. `most_k`: largest k."""

    task: str = "metadata.task_id"
    reward: str = "metadata.reward"
    threshold: float = 1.0 - 1e-6
    most_k: int = 8


@dataclass(frozen=True, slots=True)
class PassK:
    """Statistic: pass^k, with an interval from resampling tasks (seed fixed). Spans without either do not count."""

    config: PassKConfig = PassKConfig()
    name: str = "pass_k"
    version: str = "1"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.config.task, self.config.reward)

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        outcomes = list(self._outcomes(current))
        found = pass_hat_k(outcomes)
        intervals = resampled(outcomes, min(len(found), self.config.most_k))
        return [
            WindowJudgement(
                f"pass^{k}", "pass_hat_k", len(outcomes), 0, statistic=value, effect_size=value,
                effect_low=intervals[k][0], effect_high=intervals[k][1],
            )
            for k, value in found.items()
            if k <= self.config.most_k
        ]  # fmt: skip

    def _outcomes(self, window: Window) -> Iterator[tuple[str, bool]]:
        for task, said in zip(window.columns[self.config.task], window.columns[self.config.reward], strict=True):
            reward = reward_of(str(said)) if said not in ("", None) else None
            if task and reward is not None:
                yield str(task), reward >= self.config.threshold


def resampled(outcomes: Sequence[tuple[str, bool]], most_k: int) -> dict[int, tuple[float, float]]:
    """k → 95 % interval of pass^k, tasks drawn with replacement."""
    random = np.random.default_rng(0)
    by_task: dict[str, list[bool]] = {}
    for task, success in outcomes:
        by_task.setdefault(task, []).append(success)
    tables = [pass_hat_k(("", success) for success in trials) for trials in by_task.values()]
    intervals = {}
    for k in range(1, most_k + 1):
        values = np.array([table[k] for table in tables if k in table])
        means = values[random.integers(0, len(values), (_RESAMPLES, len(values)))].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        intervals[k] = (float(low), float(high))
    return intervals
