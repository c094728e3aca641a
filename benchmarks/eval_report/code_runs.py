"""Code in answers: LLMDrift's LeetCode answers, run in the sandbox as they stand and out of their code blocks.

The study found that between March and June 2023 fewer answers were accepted as they stand. Run here without the
judge's tests, every accepted answer must run; and the answers' code itself did not get worse, its wrapping changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.eval_report.labelled_rows import read_rows
from benchmarks.eval_report.measured import Measured
from benchmarks.eval_report.resampling import share
from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.quality.code.runs import CodeRunsConfig, judge_code
from spanglass_evaluators.quality.code.sandbox import Limits, run_python

TITLE = "Code in answers: LLMDrift"

FILE = "llmdrift/leetcode_easy.jsonl.gz"


def rows(data: Path) -> Iterator[Measured]:
    """By model: runs as it stands (beside what LeetCode accepted), runs out of its block."""
    stored = read_rows(data, FILE)
    for model in sorted({row["model"] for row in stored}):
        own = [row for row in stored if row["model"] == model]
        accepted = [_is_accepted(row) for row in own]
        bare = [_runs_as_it_stands(row["answer"]) for row in own]
        lost = sum(good and not ran for good, ran in zip(accepted, bare, strict=True))
        yield share(bare, "code_runs", model, "the answer as it stands runs", reference=sum(accepted) / len(own),
                    reference_is="accepted by LeetCode", note=f"{lost} accepted ones do not run")  # fmt: skip
        yield share([_runs(row["answer"]) for row in own], "code_runs", model, "its code runs",
                    headline=model == "gpt-4-0613")  # fmt: skip


def _is_accepted(row: dict[str, Any]) -> bool:
    return "Accepted" in str(row["Code_Submit"])


def _runs_as_it_stands(answer: str) -> bool:
    return run_python(answer, Limits()).outcome == "runs"


def _runs(answer: str) -> bool:
    judged = judge_code(CodeRunsConfig(bare=True), answer, "")
    if isinstance(judged, Failure):
        raise RuntimeError(judged.reason)
    assert isinstance(judged, Judgement)
    return judged.value == 1
