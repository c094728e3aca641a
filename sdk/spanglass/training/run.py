"""One training run: its settings at the start, its numbers on the way, its end whatever that is.

Only the process of rank 0 records; the others get a run that does nothing. No method raises into the training or waits
for a network or for the hashing of a checkpoint.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from spanglass.lineage.dataset import DatasetRef, dataset_ref
from spanglass.lineage.digest import content_of, lineage_id
from spanglass.lineage.journal import journal
from spanglass.registry.models import ModelRef, register_model
from spanglass.safety import wall
from spanglass.training import surroundings

Add = Callable[[Any], None]


class TrainingRun:
    """Use as a context manager, or call `finish`. `run_id` and `lineage_id` identify it everywhere."""

    def __init__(
        self,
        name: str,
        *,
        config: Mapping[str, Any] | None = None,
        dataset: str | Path | DatasetRef | None = None,
        base_model: str = "",
        adapter: Mapping[str, Any] | None = None,
        seed: int | None = None,
        parent: TrainingRun | str | None = None,
        resumed_from: str = "",
    ) -> None:
        self.run_id = secrets.token_hex(8)
        self.name = name
        self.is_recording = surroundings.rank() == 0
        self._dataset = _known(dataset)
        self.lineage_id = self._dataset.lineage_id if self._dataset else lineage_id(self.run_id)
        self._add: Add = journal().add if self.is_recording else _nowhere
        self._state = {
            "record": "training_run",
            "run_id": self.run_id,
            "parent_run_id": parent.run_id if isinstance(parent, TrainingRun) else parent or "",
            "resumed_from": resumed_from,
            "name": name,
            "started_at": _now(),
            "lineage_id": self.lineage_id,
            "dataset": self._dataset.name if self._dataset else "",
            "dataset_digest": self._dataset.digest if self._dataset else "",
            "base_model": base_model,
            "adapter": _json(adapter) if adapter else "",
            "config": _json(config or {}),
            "seed": seed,
            "world_size": surroundings.world_size(),
        }
        self._is_over = False
        self._tell("running")

    def __enter__(self) -> TrainingRun:
        _Current.stack().append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _Current.stack().remove(self)
        if error is None:
            self.finish()
        elif isinstance(error, Exception):
            self.finish("failed", error=f"{type(error).__name__}: {error}"[:2000])
        else:
            self.finish("interrupted", error=type(error).__name__)

    def log(self, step: int, metrics: Mapping[str, float] | None = None, /, **more: float) -> None:
        """Numbers of one step. Costs the caller one append; what is no number is left out."""
        self._add(_Numbers(self.run_id, int(step), _now(), {**(metrics or {}), **more}).records)

    def describe(self, **changes: Any) -> None:
        """Says later what was not known at the start: `config`, `base_model`, `adapter`, `seed`, `resumed_from`."""
        for name, value in changes.items():
            self._state[name] = (_json(value) if value else "") if isinstance(value, Mapping) else value
        self._tell("running")

    def checkpoint(self, path: str | Path, step: int) -> None:
        """Remembers weights on disk. Their digest is taken in the background; one deleted meanwhile has none."""
        at = _now()
        self._add(lambda: _checkpoint(self.run_id, Path(path), int(step), at))

    def register_model(self, model: str, path: str | Path, **known: Any) -> ModelRef | None:
        """The artifact as a version of `model` that descends from this run (registry/models.py). Rank 0 only."""
        if not self.is_recording:
            return None
        descent = {
            "run_id": self.run_id,
            "lineage_id": self.lineage_id,
            "dataset_digest": self._state["dataset_digest"],
            "base_model": self._state["base_model"],
            "adapter": self._state["adapter"],
        }
        return register_model(model, path, **{**descent, **known})

    def finish(self, status: str = "finished", *, error: str = "") -> None:
        """Ends the run as finished, failed or interrupted; the first call counts."""
        if not self._is_over:
            self._is_over = True
            self._tell(status, error=error, ended_at=_now())

    def _tell(self, status: str, **more: Any) -> None:
        state = {**self._state, "status": status, "updated_at": _now(), **more}
        self._add(lambda: {**state, **_surroundings()})


class _Current(threading.local):
    """The runs this thread is in, the innermost last."""

    runs: list[TrainingRun]

    @classmethod
    def stack(cls) -> list[TrainingRun]:
        if not hasattr(_current, "runs"):
            _current.runs = []
        return _current.runs


_current = _Current()
training_run = TrainingRun


def current_run() -> TrainingRun | None:
    """The run of the `with` block that this thread is in."""
    runs = _Current.stack()
    return runs[-1] if runs else None


class _Numbers:
    """The numbers of one step, made into records in the journal's thread."""

    __slots__ = ("at", "metrics", "run_id", "step")

    def __init__(self, run_id: str, step: int, at: str, metrics: Mapping[str, Any]) -> None:
        self.run_id, self.step, self.at, self.metrics = run_id, step, at, metrics

    def records(self) -> list[dict[str, Any]]:
        numbers = ((name, _number(value)) for name, value in self.metrics.items())
        fixed = {"record": "training_metric", "run_id": self.run_id, "step": self.step, "at": self.at}
        return [{**fixed, "name": name, "value": value} for name, value in numbers if value is not None]


def _number(value: Any) -> float | str | None:
    """A JSON number; the words for NaN and infinity, which JSON has none for; None for what is no number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if math.isnan(number):
        return "NaN"
    return number if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")


def _checkpoint(run_id: str, path: Path, step: int, at: str) -> dict[str, Any]:
    record = {"record": "checkpoint", "run_id": run_id, "step": step, "at": at, "uri": str(path)}
    try:
        content = content_of(path)
    except OSError:
        return record
    return {**record, "digest": content.digest, "size_bytes": content.size_bytes}


def _surroundings() -> dict[str, Any]:
    """Read in the journal's thread: Git and the list of packages take a tenth of a second."""
    code = surroundings.code()
    return {
        "code_revision": code.revision,
        "code_is_dirty": code.is_dirty,
        "packages": surroundings.packages(),
        "hardware": surroundings.hardware(),
    }


def _known(dataset: str | Path | DatasetRef | None) -> DatasetRef | None:
    try:
        return None if dataset is None else dataset_ref(dataset)
    except OSError as error:
        wall.caught("reading the digest of the training data", error)
        return None


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS).decode()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()


def _nowhere(record: Any) -> None:
    """The journal of the ranks that do not record."""
