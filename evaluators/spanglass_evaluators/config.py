"""The evaluators' part of `spanglass.toml`, as a mapping. docs/evaluators/README.md shows every setting.

[evaluation]            interval_s, overlap_s, late_horizon_s
[evaluators.NAME]       enabled, where, sample, batch_rows, load, and the evaluator's own settings
[[drift]]               a window plan (label, where, window, every, current, reference, by, ...) and drift settings
[[bias]]                a window plan and group-gap settings; `attribute` is required
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timezone
from typing import Any

from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.span_loop import SpanJob
from spanglass_evaluators.engine.window_loop import WindowJob
from spanglass_evaluators.engine.windows import Part, WindowPlan
from spanglass_evaluators.errors import ConfigurationError, DuplicateEvaluatorError
from spanglass_evaluators.registration import WindowRegistration, configured
from spanglass_evaluators.registry import WINDOW_FAMILIES, load, registrations

Table = Mapping[str, Any]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_TABLES = frozenset({"evaluation", "evaluators", *WINDOW_FAMILIES})
_SELECTION = ("where", "sample", "batch_rows", "settle_s")


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Seconds: between two looks; read again behind the watermark; the greatest age of a late span."""

    interval_s: float = 5.0
    overlap_s: float = 60.0
    late_horizon_s: float = 86_400.0


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
    return EvaluationConfig(
        engine=configured(EngineConfig, ours.get("evaluation", {}), "evaluation"),
        span_jobs=_span_jobs(ours.get("evaluators", {})),
        window_jobs=tuple(
            _window_job(table, f"{family.name}[{i}]", family)
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
    tables = _flattened({n: _checked_table(t, f"evaluators.{n}") for n, t in settings.items()}, known)
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
    own = {k: v for k, v in table.items() if k not in (*_SELECTION, "enabled", "load")}
    selection = configured(Selection, {k: table[k] for k in _SELECTION if k in table}, where)
    if not 0 < selection.sample <= 1:
        raise ConfigurationError(f"{where}: sample = {selection.sample}: use a share above 0 and at most 1")
    if "load" in table:
        return SpanJob(load(table["load"], own, name), selection)
    known = registrations()
    if name not in known:
        raise ConfigurationError(
            f'{where}: no such evaluator; there are {", ".join(known)}; or name yours with load = "module:attribute"'
        )
    return SpanJob(known[name].build(own), selection)


def _window_job(table: Table, where: str, family: WindowRegistration) -> WindowJob:
    plan, own = _plan(table, where)
    return WindowJob(family.build(own, where), plan)


def _plan(table: Table, where: str) -> tuple[WindowPlan, dict[str, Any]]:
    """The window plan of a table, and what is left of it."""
    given = dict(_checked_table(table, where))
    lengths = {"window": "window_s", "every": "every_s"}
    values: dict[str, Any] = {
        setting: _seconds(given.pop(name), f"{where}.{name}") for name, setting in lengths.items() if name in given
    }
    for side in ("current", "reference"):
        if side in given:
            values[side] = _part(given.pop(side), f"{where}.{side}")
    for f in fields(WindowPlan):
        if f.name in given:
            values[f.name] = given.pop(f.name)
    plan = configured(WindowPlan, values, where)
    if plan.anchor not in ("now", "latest"):
        raise ConfigurationError(f'{where}.anchor = {plan.anchor!r}: use "now" or "latest"')
    return plan, given


def _part(table: Any, where: str) -> Part:
    given = dict(_checked_table(table, where))
    part = Part(
        start_ns=_moment_ns(given.pop("start", None), f"{where}.start"),
        end_ns=_moment_ns(given.pop("end", None), f"{where}.end"),
        where=given.pop("where", ""),
    )
    if given:
        raise ConfigurationError(f"{where} has no setting {next(iter(given))!r}; it has start, end, where")
    return part


def _checked_table(table: Any, where: str) -> Table:
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{where} = {table!r}: use a table")
    return table


def _seconds(value: Any, where: str) -> float:
    """A number of seconds, or text such as "90s", "15m", "1h", "7d"."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    found = _LENGTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or float(found.group(1)) == 0:
        raise ConfigurationError(f'{where} = {value!r}: use seconds, or a length such as "15m", "1h", "7d"')
    return float(found.group(1)) * _UNITS[found.group(2)]


def _moment_ns(value: Any, where: str) -> int | None:
    """A TOML date or time, or ISO 8601 text; without a zone it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if not isinstance(moment, datetime):
        raise ConfigurationError(f'{where} = {value!r}: use a date or time such as "2026-01-31T12:00:00Z"')
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    elapsed = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (elapsed.days * 86_400 + elapsed.seconds) * 10**9 + elapsed.microseconds * 1000
