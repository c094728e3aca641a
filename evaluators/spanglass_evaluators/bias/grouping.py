"""A window's columns split by group, in numpy: a hundred thousand rows of a feature in some milliseconds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from spanglass_evaluators.bias.cohorts import Attribute
from spanglass_evaluators.bias.gap import Codes, Group, Numbers
from spanglass_evaluators.contract import Window


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Each row's group (a place in `names`, -1 for none) and stratum, and the columns of the features."""

    names: Sequence[str]
    groups: Codes
    strata: Codes
    features: Mapping[str, Sequence[Any]]

    def groups_of(self, feature: str) -> list[Group]:
        """The known values of a feature by group, by name; groups without any are left out."""
        values = numbers(self.features[feature])
        known = np.flatnonzero(np.isfinite(values) & (self.groups >= 0))
        ordered = known[np.lexsort((self.strata[known], self.groups[known]))]
        bounds = np.searchsorted(self.groups[ordered], np.arange(len(self.names) + 1))
        parts = [ordered[a:b] for a, b in pairwise(bounds)]
        return [
            Group(name, values[rows], _by_stratum(values[rows], self.strata[rows]))
            for name, rows in zip(self.names, parts, strict=True)
            if len(rows)
        ]


def rows_of(window: Window, attribute: Attribute, features: Sequence[str], strata: Sequence[str]) -> Rows:
    """Columns of text may be shorter than the others, being a sample of the same rows: all are cut to the shortest."""
    columns = {name: window.columns[name] for name in (attribute.column, *features, *strata)}
    size = min(map(len, columns.values()))
    cut = {name: values[:size] for name, values in columns.items()}
    names, groups = _coded(attribute.names(cut[attribute.column]))
    if "" in names:  # sorted: it is the first
        names, groups = names[1:], groups - 1
    return Rows(names, groups, _combined([cut[name] for name in strata], size), cut)


def _by_stratum(values: Numbers, strata: Codes) -> dict[int, Numbers]:
    """Of values sorted by stratum."""
    starts = [0, *(np.flatnonzero(np.diff(strata)) + 1).tolist(), len(strata)]
    return {int(strata[a]): values[a:b] for a, b in pairwise(starts)}


def numbers(values: Sequence[Any]) -> Numbers:
    """As floats; NaN for None."""
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _coded(values: Sequence[Any]) -> tuple[list[str], Codes]:
    """The distinct values as text, sorted, and each value's place among them."""
    texts = [str(value) for value in values]
    names = sorted(set(texts))
    places = {name: at for at, name in enumerate(names)}
    return names, np.fromiter((places[text] for text in texts), np.intp, len(texts))


def _combined(columns: Sequence[Sequence[Any]], size: int) -> Codes:
    """One number for each combination of values; all alike without columns."""
    combined: Codes = np.zeros(size, np.intp)
    for column in columns:
        names, codes = _coded(column)
        combined = combined * max(1, len(names)) + codes
    return combined
