"""The evaluators' part of `spanglass.toml`, as a mapping. docs/evaluators/README.md shows every setting.

[evaluation]            interval_s, overlap_s, late_horizon_s, turn_s, beat_s, lease_s
[evaluators.NAME]       enabled, load, kind, what is the engine's (job_settings.py), and the evaluator's own settings
[[cascade]]             name, stages, undecided, what is the engine's (cascade/settings.py)
[windows.NAME]          start, end, where: a window that plans can name
[[drift]]               a window plan (label, where, window, every, current, reference, by, ...) and drift settings
[[bias]]                a window plan and group-gap settings; `attribute` is required
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.window_loop import WindowJob
from spanglass_evaluators.engine.windows import Part
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.evaluator_settings import span_jobs
from spanglass_evaluators.registration import WindowRegistration, configured
from spanglass_evaluators.registry import WINDOW_FAMILIES
from spanglass_evaluators.window_settings import named_parts, read_plan

Table = Mapping[str, Any]

_TABLES = frozenset({"evaluation", "evaluators", "cascade", "windows", *WINDOW_FAMILIES})


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Seconds: between two looks; read again behind the watermark; the greatest age of a late span; how long one
    evaluator may go on before the next one's turn; between two beats of a worker, and without one until it is gone.
    """

    interval_s: float = 5.0
    overlap_s: float = 60.0
    late_horizon_s: float = 86_400.0
    turn_s: float = 30.0
    beat_s: float = 5.0
    lease_s: float = 20.0


@dataclass(frozen=True, slots=True)
class EvaluationConfig:
    """Everything the evaluator process does."""

    engine: EngineConfig = field(default_factory=EngineConfig)
    span_jobs: tuple[SpanJob, ...] = ()
    window_jobs: tuple[WindowJob, ...] = ()


def from_mapping(settings: Table) -> EvaluationConfig:
    """The configuration; tables that are not ours are left alone. Raises EvaluationError.

    Without any setting the built-in span evaluators that are on by default run, and one drift comparison of
    the last day with the day before. Building the evaluators loads their models.
    """
    ours = {name: table for name, table in settings.items() if name in _TABLES}
    named = named_parts(ours.get("windows", {}))
    return EvaluationConfig(
        engine=configured(EngineConfig, ours.get("evaluation", {}), "evaluation"),
        span_jobs=span_jobs(ours.get("evaluators", {}), _tables(ours, "cascade", [])),
        window_jobs=tuple(
            _window_job(table, f"{family.name}[{i}]", family, named)
            for family in WINDOW_FAMILIES.values()
            for i, table in enumerate(_tables(ours, family.name, list(family.by_default)))
        ),
    )


def _tables(settings: Table, name: str, default: list[Table]) -> list[Table]:
    tables = settings.get(name, default)
    if not isinstance(tables, list):
        raise ConfigurationError(f"{name} is a list of tables: write [[{name}]]")
    return tables


def _window_job(table: Table, where: str, family: WindowRegistration, named: Mapping[str, Part]) -> WindowJob:
    plan, own = read_plan(table, where, named)
    return WindowJob(family.build(own, where), plan)
