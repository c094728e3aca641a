"""`[[cascade]]`: name, stages, and the engine's part of an evaluator's table (job_settings.py).

A stage is an evaluator's name, or { evaluator = NAME, undecided = [low, high] }; `undecided` beside `stages` is for
all that do not say. A stage has the settings of its [evaluators.NAME], also where that is not enabled by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanglass_evaluators.cascade.cascade import Cascade, Stage
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.job_settings import SETTINGS, limits_of, selection_of
from spanglass_evaluators.setting_values import Table, checked_table

_OWN = ("name", "stages", "undecided")


def read_cascade(table: Table, where: str, built: Callable[[str], SpanEvaluator]) -> SpanJob:
    """`built` gives the evaluator of a name. Raises ConfigurationError."""
    for setting in checked_table(table, where):
        if setting not in SETTINGS and setting not in _OWN:
            raise ConfigurationError(
                f"{where} has no setting {setting!r}; it has {', '.join([*_OWN, *sorted(SETTINGS)])}"
            )
    name, stages = table.get("name", ""), table.get("stages", [])
    if not name or not isinstance(stages, list):
        raise ConfigurationError(f'{where}: give a name and a list of stages: stages = ["refusal", "my_judge"]')
    band = table.get("undecided")
    cascade = Cascade(name, tuple(_stage(stage, band, f"{where}.stages[{i}]", built) for i, stage in enumerate(stages)))
    return SpanJob(cascade, selection_of(table, where), limits_of(table, where))


def _stage(given: Any, band: Any, where: str, built: Callable[[str], SpanEvaluator]) -> Stage:
    table = {"evaluator": given} if isinstance(given, str) else dict(checked_table(given, where))
    name, own = table.pop("evaluator", None), table.pop("undecided", band)
    if not name or table:
        raise ConfigurationError(f'{where}: a stage is a name, or {{ evaluator = "NAME", undecided = [low, high] }}')
    return Stage(built(name), None if own is None else _band(own, where))


def _band(given: Any, where: str) -> tuple[float, float]:
    is_pair = isinstance(given, list) and len(given) == 2 and all(isinstance(v, (int, float)) for v in given)
    if not is_pair or given[0] > given[1]:
        raise ConfigurationError(f"{where}: undecided = {given!r}: use [low, high], the values that decide nothing")
    return float(given[0]), float(given[1])
