"""The evaluators' part of `spanglass.toml`, as a mapping. docs/evaluators/README.md shows every setting.

[evaluation]            interval_s, overlap_s, late_horizon_s, turn_s, beat_s, lease_s
[evaluators.NAME]       enabled, load, kind, what is the engine's (job_settings.py), and the evaluator's own settings
[windows.NAME]          start, end, where: a window that plans can name
[[drift]]               a window plan (label, where, window, every, current, reference, by, ...) and drift settings
[[bias]]                a window plan and group-gap settings; `attribute` is required
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.window_loop import WindowJob
from spanglass_evaluators.engine.windows import Part
from spanglass_evaluators.errors import ConfigurationError, DuplicateEvaluatorError
from spanglass_evaluators.job_settings import SETTINGS, limits_of, selection_of
from spanglass_evaluators.registration import WindowRegistration, configured
from spanglass_evaluators.registry import KINDS, WINDOW_FAMILIES, load, registrations
from spanglass_evaluators.setting_values import checked_table
from spanglass_evaluators.window_settings import named_parts, read_plan

Table = Mapping[str, Any]

_JUDGED_AT_ONCE = 40  # answers in a batch of a judge: it takes a second for each, and a batch is what a kill costs
_TABLES = frozenset({"evaluation", "evaluators", "windows", *WINDOW_FAMILIES})


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
        span_jobs=_span_jobs(ours.get("evaluators", {})),
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


def _span_jobs(settings: Table) -> tuple[SpanJob, ...]:
    known = registrations()
    tables = _flattened({n: checked_table(t, f"evaluators.{n}") for n, t in settings.items()}, known)
    jobs = []
    for name in [*known, *(name for name in tables if name not in known)]:
        table = tables.get(name, {})
        default = known[name].enabled_by_default if name in known else True
        if table.get("enabled", default if name not in tables else True):
            jobs.append(_span_job(name, table))
    names = [job.evaluator.name for job in jobs]
    for name in names:
        if names.count(name) > 1:
            raise DuplicateEvaluatorError(name)
    return tuple(jobs)


def _flattened(tables: dict[str, Table], known: Container[str]) -> dict[str, Table]:
    """TOML reads [evaluators.toxicity.input] as a table inside `toxicity`; here it is `toxicity.input`."""
    flat: dict[str, Table] = {}
    for name, table in tables.items():
        inner = {key for key, value in table.items() if isinstance(value, Mapping) and f"{name}.{key}" in known}
        if len(inner) < len(table) or not inner:
            flat[name] = {key: value for key, value in table.items() if key not in inner}
        flat.update({f"{name}.{key}": table[key] for key in inner})
    return flat


def _span_job(name: str, table: Table) -> SpanJob:
    where = f"evaluators.{name}"
    own = {k: v for k, v in table.items() if k not in SETTINGS | {"enabled", "load"}}
    selection, limits = selection_of(table, where), limits_of(table, where)
    if "load" in table:
        return SpanJob(load(table["load"], own, name), selection, limits)
    known = registrations()
    if name not in known and own.get("kind") in KINDS:
        rows = table.get("batch_rows", _JUDGED_AT_ONCE)
        return SpanJob(KINDS[own["kind"]](own, name), replace(selection, batch_rows=rows), limits)
    if name not in known:
        raise ConfigurationError(
            f'{where}: no such evaluator; there are {", ".join(known)}; or name yours with load = "module:attribute", '
            f"or a judge with kind = {', '.join(KINDS)}"
        )
    return SpanJob(known[name].build(own), selection, limits)


def _window_job(table: Table, where: str, family: WindowRegistration, named: Mapping[str, Part]) -> WindowJob:
    plan, own = read_plan(table, where, named)
    return WindowJob(family.build(own, where), plan)
