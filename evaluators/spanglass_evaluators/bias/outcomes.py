"""Yes-or-no outcomes of a window: what was done, what should have been, as columns of rates and as arrays. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.bias.cohorts import Attribute
from spanglass_evaluators.bias.gap import Codes
from spanglass_evaluators.bias.grouping import numbers, rows_of
from spanglass_evaluators.contract import Window

SELECTION, WANTED = "selection_rate", "wanted"
TRUE_POSITIVE, FALSE_POSITIVE = "true_positive_rate", "false_positive_rate"

_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Rows of the groups that are large enough, `groups` numbering `names` from 0 on."""

    names: Sequence[str]
    groups: Codes
    selected: Flags
    wanted: Flags


def with_rates(window: Window, selected: str, wanted: str, positive_at: float) -> Window:
    """The window with a column for each rate: 1, 0, or None for a row that the rate is not about.

    Without a column `wanted` the selection rate alone.
    """
    size = min(map(len, window.columns.values()))
    columns = {name: values[:size] for name, values in window.columns.items()}
    done = columns[SELECTION] = [is_yes(value, positive_at) for value in columns[selected]]
    if wanted:
        right = columns[WANTED] = [is_yes(value, positive_at) for value in columns[wanted]]
        columns[TRUE_POSITIVE] = [d if r == 1 else None for d, r in zip(done, right, strict=True)]
        columns[FALSE_POSITIVE] = [d if r == 0 else None for d, r in zip(done, right, strict=True)]
    return replace(window, columns=columns, size=size)


def is_yes(value: Any, positive_at: float) -> float | None:
    """1, 0, or None for what is neither: unknown is not no."""
    if value is None or isinstance(value, str):
        word = (value or "").strip().lower()
        return 1.0 if word in _YES else 0.0 if word in _NO else None
    return None if value != value else float(value > positive_at)


def outcomes(window: Window, attribute: Attribute, *, min_group: int, max_groups: int) -> Outcomes:
    """Of a window with rates: the rows whose outcome is known, and what was wanted where that is asked for."""
    rows = rows_of(window, attribute, (), ())
    selected = numbers(window.columns[SELECTION])
    wanted = numbers(window.columns.get(WANTED, window.columns[SELECTION]))
    known = (rows.groups >= 0) & np.isfinite(selected) & np.isfinite(wanted)
    sizes = np.bincount(rows.groups[known], minlength=len(rows.names))
    largest = np.argsort(-sizes, kind="stable")[:max_groups]
    large = np.sort(largest[sizes[largest] >= min_group])
    kept = known & np.isin(rows.groups, large)
    groups = np.searchsorted(large, rows.groups[kept]).astype(np.intp)
    return Outcomes([rows.names[at] for at in large], groups, selected[kept] == 1, wanted[kept] == 1)
