"""The engine's part of an evaluator's table: which targets it gets, and what it may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.limits import Budget, Limits
from spanglass_evaluators.engine.sampling import Sample, Strata
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.registration import configured
from spanglass_evaluators.setting_values import checked_table, seconds

Table = Mapping[str, Any]

_SELECTION = ("where", "batch_rows", "settle_s")
_LIMITS = ("batches_at_once", "batch_timeout_s", "retries")
_SAMPLE = ("share", "always", "by", "n", "per", "shares")
SETTINGS = frozenset({"sample", "budget", *_SELECTION, *_LIMITS})
"""What is the engine's; the rest of the table is the evaluator's own."""


def selection_of(table: Table, where: str) -> Selection:
    """Raises ConfigurationError."""
    selection = configured(Selection, {k: table[k] for k in _SELECTION if k in table}, where)
    if selection.batch_rows < 1:
        raise ConfigurationError(f"{where}: batch_rows = {selection.batch_rows}: use 1 or more")
    return replace(selection, sample=_sample_of(table["sample"], f"{where}.sample")) if "sample" in table else selection


def limits_of(table: Table, where: str) -> Limits:
    """Raises ConfigurationError."""
    limits = configured(Limits, {k: table[k] for k in _LIMITS if k in table}, where)
    if limits.batches_at_once < 1 or limits.batch_timeout_s <= 0 or limits.retries < 0:
        raise ConfigurationError(f"{where}: batches_at_once is at least 1, batch_timeout_s above 0, retries at least 0")
    if "budget" not in table:
        return limits
    return replace(limits, budget=configured(Budget, checked_table(table["budget"], where), f"{where}.budget"))


def _sample_of(given: Any, where: str) -> Sample:
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        if not 0 < given <= 1:
            raise ConfigurationError(f"{where} = {given}: use a share above 0 and at most 1")
        return Sample(float(given))
    table = checked_table(given, where)
    for name in table:
        if name not in _SAMPLE:
            raise ConfigurationError(f"{where} has no setting {name!r}; it has {', '.join(_SAMPLE)}")
    share = _share(table.get("share", 1.0 if "always" not in table else 0.0), where)
    return Sample(share, str(table.get("always", "")), _strata_of(table, where))


def _strata_of(table: Table, where: str) -> Strata | None:
    if "by" not in table:
        if {"n", "per", "shares"} & set(table):
            raise ConfigurationError(f"{where}: n, per and shares need by, an SQL expression over spans")
        return None
    if ("n" in table) == ("shares" in table):
        raise ConfigurationError(f"{where}: with by, give either n (and per), or shares and share for the rest")
    shares = checked_table(table.get("shares", {}), f"{where}.shares")
    return Strata(
        by=table["by"],
        n=int(table.get("n", 0)),
        per_s=int(seconds(table.get("per", "1h"), f"{where}.per")),
        shares=tuple((str(value), _share(share, f"{where}.shares.{value}")) for value, share in shares.items()),
    )


def _share(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ConfigurationError(f"{where}: {value!r} is no share; use a number from 0 to 1")
    return float(value)
