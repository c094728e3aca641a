"""The sections of the report, in its order."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from benchmarks.eval_report.measured import Measured


class Section(Protocol):
    """A module of this folder. It may also have `pictures(data, folder)`, which returns the files it wrote."""

    TITLE: str

    def rows(self, data: Path) -> Iterable[Measured]: ...


SECTIONS: tuple[str, ...] = (
    "toxicity",
    "refusal",
    "groundedness",
    "answer_signs",
    "tau_bench",
    "code_runs",
    "bbq",
    "crows_pairs",
    "counterfactual",
    "judge_agreement",
    "alpaca_win_rates",
    "frank_correlations",
    "judge_prevalence",
    "judge_injection",
    "injection",
    "leaks",
    "group_gap_coverage",
    "drift_calibration",
    "drift_power",
    "drift_reproduced",
    "expected_performance",
)


def section(name: str) -> Section:
    """The module behind a section's name."""
    return cast(Section, import_module(f"benchmarks.eval_report.{name}"))
