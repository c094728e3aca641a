"""pass^k: the chance that an agent does a task k times out of k, over tasks tried several times (Yao et al. 2024).

For a task with c successes in n trials, C(c, k) / C(n, k); the mean over tasks with at least k trials.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import comb


def pass_hat_k(outcomes: Iterable[tuple[str, bool]]) -> Mapping[int, float]:
    """`outcomes`: task and success of each trial. k → pass^k, for every k that some task was tried that often."""
    trials: Counter[str] = Counter()
    successes: Counter[str] = Counter()
    for task, success in outcomes:
        trials[task] += 1
        successes[task] += success
    return {k: _mean_over_tasks(trials, successes, k) for k in range(1, max(trials.values(), default=0) + 1)}


def _mean_over_tasks(trials: Mapping[str, int], successes: Mapping[str, int], k: int) -> float:
    tasks = [task for task, n in trials.items() if n >= k]
    return sum(comb(successes[task], k) / comb(trials[task], k) for task in tasks) / len(tasks)
