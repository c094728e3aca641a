"""Trajectories: pass^k to the printed digit, and the app's own verdicts."""

from __future__ import annotations

import gzip
import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.contract import Failure, Window
from spanglass_evaluators.quality.trajectory.pass_k import pass_hat_k
from spanglass_evaluators.quality.trajectory.pass_k_window import PassK
from spanglass_evaluators.quality.trajectory.success import TaskSuccessConfig, judge_success

TAU = Path(__file__).parents[5] / "shared" / "data" / "tau_bench" / "gpt4o_airline_trajectories.jsonl.gz"
TRIALS = st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=1, max_size=5)


@given(tasks=TRIALS)
@settings(max_examples=50, deadline=None)
def test_pass_k_is_the_share_of_k_trials_that_all_succeed(tasks: list[list[bool]]) -> None:
    """The formula equals drawing every k of a task's trials; a larger k is never easier."""
    found = pass_hat_k((str(task), success) for task, trials in enumerate(tasks) for success in trials)

    for k, value in found.items():
        shares = [[all(drawn) for drawn in combinations(trials, k)] for trials in tasks if len(trials) >= k]
        assert value == pytest.approx(sum(sum(drawn) / len(drawn) for drawn in shares) / len(shares))
    same_tasks = [trials for trials in tasks if len(trials) == max(map(len, tasks))]
    falling = list(pass_hat_k((str(t), s) for t, trials in enumerate(same_tasks) for s in trials).values())
    assert falling == sorted(falling, reverse=True)


@pytest.mark.skipif(not TAU.is_file(), reason="the tau-bench trajectories are not here")
def test_pass_k_of_tau_bench_is_reproduced() -> None:
    """The 100 runs of GPT-4o: .49, .3867, .34, .32, from a window as it is stored, with intervals around them."""
    with gzip.open(TAU, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    columns = {
        "metadata.task_id": [str(row["task_id"]) for row in rows],
        "metadata.reward": [str(row["reward"]) for row in rows],
    }

    judged = PassK().judge(None, Window(0, 1, columns, len(rows)))

    assert [round(j.statistic or 0, 4) for j in judged] == [0.49, 0.3867, 0.34, 0.32]
    assert all((j.effect_low or 0) < (j.statistic or 0) < (j.effect_high or 0) for j in judged)


def test_rows_without_a_task_or_reward_do_not_count() -> None:
    """Other spans of the window have neither."""
    columns = {"metadata.task_id": ["a", "a", "", "b"], "metadata.reward": ["1", "0", "1", ""]}

    [one, two] = PassK().judge(None, Window(0, 1, columns, 4))

    assert (one.statistic, two.statistic, one.n) == (0.5, 0.0, 2)


@pytest.mark.parametrize(("said", "value"), [("1.0", 1.0), ("0.99", 0.0), ("true", 1.0), ("Failed", 0.0), ("", None)])
def test_the_apps_verdict_is_taken_as_it_is(said: str, value: float | None) -> None:
    """Numbers and words; nothing is guessed where nothing is declared."""
    judged = judge_success(TaskSuccessConfig(), ["", said], ["", ""])

    assert not isinstance(judged, Failure)
    assert judged.value == value


def test_a_verdict_that_is_none_is_a_failure() -> None:
    """It says what would be right."""
    judged = judge_success(TaskSuccessConfig(), ["excellent"], [""])

    assert isinstance(judged, Failure)
    assert "use a number, true or false" in judged.reason
