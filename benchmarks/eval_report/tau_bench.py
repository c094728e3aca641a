"""tau-bench: pass^k reproduced, and what signs in a session say of whether the task was done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.eval_report.labelled_rows import read_rows
from benchmarks.eval_report.measured import Measured
from benchmarks.eval_report.resampling import auroc
from spanglass_evaluators.contract import Window
from spanglass_evaluators.quality.conversation import sessions
from spanglass_evaluators.quality.trajectory.pass_k_window import PassK

TITLE = "Agents and sessions: tau-bench"

FILE = "tau_bench/gpt4o_airline_trajectories.jsonl.gz"
_STOP = "###STOP###"
_SIGNS = (
    (sessions.RESOLUTION_RULE, 1), (sessions.ABANDONMENT_RULE, -1), (sessions.FRUSTRATION_RULE, -1),
    (sessions.REPEATED_RULE, -1),
)  # fmt: skip


def rows(data: Path) -> Iterator[Measured]:
    """pass^k of this half's runs; then AUROC of each session score for the reward."""
    runs = read_rows(data, FILE)
    yield from _pass_k(runs, data)
    done = [run["reward"] >= 1 for run in runs]
    for rule, sign in _SIGNS:
        judged = [rule.judge(rule.config(), *columns_of(run["traj"])) for run in runs]
        known = [(d, sign * j.value) for d, j in zip(done, judged, strict=True) if j.value is not None]
        yield auroc([d for d, _ in known], [v for _, v in known], rule.name, "runs of GPT-4o, airline",
                    metric="AUROC, task done", note="signs, not a check: users praise wrong bookings")  # fmt: skip


def _pass_k(runs: Sequence[dict[str, Any]], data: Path) -> Iterator[Measured]:
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    [figure] = [f for f in figures if f["dataset"] == "tau_bench" and f["subset"].startswith("100 ")]
    columns = {
        "metadata.task_id": [str(run["task_id"]) for run in runs],
        "metadata.reward": [str(run["reward"]) for run in runs],
    }
    for judged, expected in zip(PassK().judge(None, Window(0, 1, columns, len(runs))), figure["value"], strict=True):
        yield Measured(
            "pass_k", "GPT-4o, airline, 25 tasks x 4", judged.feature, judged.statistic or 0, judged.n,
            low=judged.effect_low, high=judged.effect_high, reference=expected, reference_is="recomputed",
            tolerance=figure["tolerance"], headline=judged.feature == "pass^1",
        )  # fmt: skip


def columns_of(messages: Sequence[dict[str, Any]]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Kinds, questions, answers and statuses as the spans of this run would have them."""
    question, spans = "", []
    for message in messages:
        text = (message["content"] or "").replace(_STOP, "")
        if message["role"] == "user":
            question = text
        elif message["role"] == "assistant":
            spans.append((question, text))
    if messages[-1]["role"] == "user":
        spans.append((question, "Goodbye."))
    questions, answers = [q for q, _ in spans], [a for _, a in spans]
    return ["llm"] * len(spans), questions, answers, ["Ok"] * len(spans)
