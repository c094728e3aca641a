"""`[evaluators.NAME]` and `[[cascade]]`: from tables to the engine's jobs."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

from spanglass_evaluators.cascade.settings import read_cascade
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.errors import ConfigurationError, DuplicateEvaluatorError
from spanglass_evaluators.job_settings import SETTINGS, limits_of, selection_of
from spanglass_evaluators.registration import Registration
from spanglass_evaluators.registry import KINDS, load, registrations
from spanglass_evaluators.setting_values import Table, checked_table

_JUDGED_AT_ONCE = 40  # answers in a batch of a judge: it takes a second for each, and a batch is what a kill costs


def span_jobs(settings: Table, cascades: Sequence[Table]) -> tuple[SpanJob, ...]:
    """What is enabled, in the order it runs: ours, the user's, cascades. Raises EvaluationError.

    An evaluator that is a stage, too, is built once: a model is in memory once.
    """
    known = registrations()
    named = {name: checked_table(table, f"evaluators.{name}") for name, table in settings.items()}
    builder = _Builder(known, _flattened(named, known))
    jobs = [builder.job(name) for name in builder.enabled()]
    jobs += [read_cascade(table, f"cascade[{i}]", builder.evaluator) for i, table in enumerate(cascades)]
    names = [job.evaluator.name for job in jobs]
    for name in names:
        if names.count(name) > 1:
            raise DuplicateEvaluatorError(name)
    return tuple(jobs)


def built_one(name: str, settings: Table) -> SpanEvaluator:
    """One evaluator as the settings configure it, enabled or not. Raises EvaluationError."""
    known = registrations()
    named = {key: checked_table(table, f"evaluators.{key}") for key, table in settings.items()}
    return _Builder(known, _flattened(named, known)).evaluator(name)


@dataclass
class _Builder:
    """Builds each evaluator once."""

    known: Mapping[str, Registration]
    tables: Mapping[str, Table]
    built: dict[str, SpanJob] = field(default_factory=dict)

    def enabled(self) -> list[str]:
        names = [*self.known, *(name for name in self.tables if name not in self.known)]
        return [name for name in names if self._is_enabled(name)]

    def _is_enabled(self, name: str) -> bool:
        by_default = name in self.tables or self.known[name].enabled_by_default
        return bool(self.tables.get(name, {}).get("enabled", by_default))

    def job(self, name: str) -> SpanJob:
        if name not in self.built:
            self.built[name] = _span_job(name, self.tables.get(name, {}), self.known)
        return self.built[name]

    def evaluator(self, name: str) -> SpanEvaluator:
        return self.job(name).evaluator


def _flattened(tables: dict[str, Table], known: Container[str]) -> dict[str, Table]:
    """TOML reads [evaluators.toxicity.input] as a table inside `toxicity`; here it is `toxicity.input`."""
    flat: dict[str, Table] = {}
    for name, table in tables.items():
        inner = {key for key, value in table.items() if isinstance(value, Mapping) and f"{name}.{key}" in known}
        if len(inner) < len(table) or not inner:
            flat[name] = {key: value for key, value in table.items() if key not in inner}
        flat.update({f"{name}.{key}": table[key] for key in inner})
    return flat


def _span_job(name: str, table: Table, known: Mapping[str, Registration]) -> SpanJob:
    where = f"evaluators.{name}"
    own = {k: v for k, v in table.items() if k not in SETTINGS | {"enabled", "load"}}
    selection, limits = selection_of(table, where), limits_of(table, where)
    if "load" in table:
        return SpanJob(load(table["load"], own, name), selection, limits)
    if name not in known and own.get("kind") in KINDS:
        rows = table.get("batch_rows", _JUDGED_AT_ONCE)
        return SpanJob(KINDS[own["kind"]](own, name), replace(selection, batch_rows=rows), limits)
    if name not in known and "kind" in own:
        raise ConfigurationError(f"{where}.kind = {own['kind']!r}: use one of {', '.join(KINDS)}")
    if name not in known:
        raise ConfigurationError(
            f'{where}: no such evaluator; there are {", ".join(known)}; or name yours with load = "module:attribute", '
            f"or one of a kind: kind = {', '.join(KINDS)}"
        )
    return SpanJob(known[name].build(own), selection, limits)
