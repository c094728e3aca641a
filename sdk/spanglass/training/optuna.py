"""`StudyCallback` for Optuna: every finished trial becomes a child run of one run for the study.

with StudyCallback("learning-rate search") as callback:
    study.optimize(objective, n_trials=20, callbacks=[callback])
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from spanglass.lineage.dataset import DatasetRef
from spanglass.safety import wall
from spanglass.training.run import TrainingRun

if TYPE_CHECKING:
    from typing_extensions import Self

_STATUS = {"COMPLETE": "finished", "PRUNED": "interrupted", "FAIL": "failed"}


class StudyCallback:
    """Called by Optuna after each trial, in the thread that ran it."""

    def __init__(self, name: str, *, dataset: str | Path | DatasetRef | None = None) -> None:
        self.run = TrainingRun(name, dataset=dataset)
        self._dataset = dataset

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run.finish("finished" if error is None else "failed", error=str(error or ""))

    def __call__(self, study: Any, trial: Any) -> None:
        try:
            child = TrainingRun(
                f"{self.run.name} / trial {trial.number}", config=trial.params, parent=self.run, dataset=self._dataset
            )
            for step, value in trial.intermediate_values.items():
                child.log(step, objective=value)
            child.log(len(trial.intermediate_values), {f"objective_{i}": v for i, v in enumerate(trial.values or [])})
            child.finish(_STATUS.get(trial.state.name, "failed"))
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("StudyCallback", error)
