"""`task_success`: what the app's own check says of a trajectory: metadata `reward` or `success` on any of its spans.

A number from `threshold` up is a success; `true` and `false` are understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.quality.rule import Rule

_WORDS = {
    "true": 1.0,
    "yes": 1.0,
    "success": 1.0,
    "passed": 1.0,
    "false": 0.0,
    "no": 0.0,
    "failure": 0.0,
    "failed": 0.0,
}


@dataclass(frozen=True, slots=True)
class TaskSuccessConfig:
    """`threshold`: a reward from here on is a success (tau-bench gives 0 or 1)."""

    threshold: float = 1.0 - 1e-6


def judge_success(config: TaskSuccessConfig, rewards: Sequence[str], successes: Sequence[str]) -> Judgement | Failure:
    """The last word counts. Labels: `success`, `failure`."""
    said = [text for text in (*rewards, *successes) if text]
    if not said:
        return Judgement(None, "undeclared")
    reward = reward_of(said[-1])
    if reward is None:
        return Failure(f"metadata reward or success = {said[-1][:40]!r}: use a number, true or false")
    done = reward >= config.threshold
    return Judgement(float(done), "success" if done else "failure", f"reward {reward:g}")


def reward_of(text: str) -> float | None:
    """None when the text is no reward."""
    known = _WORDS.get(text.strip().lower())
    try:
        return float(text) if known is None else known
    except ValueError:
        return None


RULE = Rule(
    "task_success",
    judge_success,
    columns=("metadata.reward", "metadata.success"),
    config=TaskSuccessConfig,
    where="SpanAttributes['spanglass.metadata.reward'] != '' OR SpanAttributes['spanglass.metadata.success'] != ''",
    target="trace",
)
