"""Zeros and ones of two windows by the values of another column, which is thereby held fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spanglass_evaluators.drift.values import Known, as_texts
from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.stratified import compare_within_strata

_Values = dict[str, list[float]]


def is_binary(values: Known) -> bool:
    """Nothing but zeros and ones."""
    return not isinstance(values, list) and bool(((values == 0) | (values == 1)).all())


@dataclass(frozen=True, slots=True)
class Strata:
    """The known values of each window, by stratum."""

    current: _Values
    reference: _Values

    @staticmethod
    def of(current: tuple[Sequence[Any], Sequence[Any]], reference: tuple[Sequence[Any], Sequence[Any]]) -> Strata:
        """Each window as (values, strata), row by row."""
        return Strata(_by_stratum(*current), _by_stratum(*reference))

    @property
    def n(self) -> int:
        return sum(map(len, self.current.values()))

    @property
    def reference_n(self) -> int:
        return sum(map(len, self.reference.values()))

    @property
    def are_binary(self) -> bool:
        return all(value in (0, 1) for side in (self.current, self.reference) for v in side.values() for value in v)

    def compare(self, *, alpha: float) -> Comparison:
        tables = [
            (*_hits(self.current, stratum), *_hits(self.reference, stratum))
            for stratum in sorted(self.current.keys() | self.reference.keys())
        ]
        return compare_within_strata(tables, alpha=alpha)


def _hits(side: _Values, stratum: str) -> tuple[int, int]:
    values = side.get(stratum, [])
    return int(sum(values)), len(values)


def _by_stratum(values: Sequence[Any], given: Sequence[Any]) -> _Values:
    strata: _Values = {}
    for value, stratum in zip(values, as_texts(given), strict=True):
        if value is not None and value == value:
            strata.setdefault(stratum, []).append(float(value))
    return strata
