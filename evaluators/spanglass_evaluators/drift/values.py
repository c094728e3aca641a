"""The values of a column as they come from the store: what is known of them, and of what type they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from spanglass_evaluators.drift.counted import Numbers

Known: TypeAlias = "Numbers | list[str]"


def known(values: Sequence[Any]) -> Known:
    """Finite numbers, or texts that are not empty; lists (finish reasons) are one word. None is left out."""
    numbers = _numbers(values)
    return [text for text in as_texts(values) if text] if numbers is None else numbers[np.isfinite(numbers)]


def known_pair(one: Sequence[Any], two: Sequence[Any]) -> tuple[Known, Known]:
    """Both as numbers, or both as texts."""
    first, second = known(one), known(two)
    if isinstance(first, list) == isinstance(second, list):
        return first, second
    # An empty column has no type; otherwise numbers meet texts, which can be compared as texts only.
    if not len(first) or not len(second):
        return first, second
    return [t for t in as_texts(one) if t], [t for t in as_texts(two) if t]


def as_numbers(values: Sequence[Any]) -> Numbers:
    """None becomes NaN."""
    return np.array(values, dtype=np.float64)


def as_texts(values: Sequence[Any]) -> list[str]:
    """None becomes the empty text."""
    if set(map(type, values)) <= {str}:
        return list(values)
    return ["" if v is None else ",".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v) for v in values]


def _numbers(values: Sequence[Any]) -> Numbers | None:
    """None for a column that holds anything else."""
    first = next((value for value in values if value is not None), 0.0)
    if not isinstance(first, (int, float, np.number, np.bool_)):
        return None
    try:
        return as_numbers(values)
    except (TypeError, ValueError):
        return None
