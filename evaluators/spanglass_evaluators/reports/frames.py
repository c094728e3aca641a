"""Two windows as tables that evidently can read: a type for each column, texts as their length and language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spanglass_evaluators.columns import TEXT_COLUMNS
from spanglass_evaluators.contract import Window
from spanglass_evaluators.drift.strata import is_binary
from spanglass_evaluators.drift.values import as_numbers, as_texts, known_pair
from spanglass_evaluators.drift.wording import languages

LEAST_ROWS = 30
"""A column with fewer values in a window is left out: evidently's run ends at an empty column."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The windows as tables. `left_out`: columns with too few values, and how many there are."""

    reference: pd.DataFrame
    current: pd.DataFrame
    numerical: tuple[str, ...]
    categorical: tuple[str, ...]
    left_out: tuple[str, ...]


def frames_of(reference: Window, current: Window) -> Frames:
    """Zeros and ones are categories: a share is compared as a share."""
    before: dict[str, Any] = {}
    now: dict[str, Any] = {}
    numerical, categorical, left_out = [], [], []
    for name, one, two in _columns(reference, current):
        old, new = known_pair(one, two)
        if min(len(old), len(new)) < LEAST_ROWS:
            left_out.append(f"{name} ({len(old)} -> {len(new)} values)")
        elif isinstance(old, list) or isinstance(new, list) or (is_binary(old) and is_binary(new)):
            categorical.append(name)
            before[name], now[name] = _as_categories(one), _as_categories(two)
        else:
            numerical.append(name)
            before[name], now[name] = _finite(one), _finite(two)
    return Frames(_table(before), _table(now), tuple(numerical), tuple(categorical), tuple(left_out))


def _columns(reference: Window, current: Window) -> Iterator[tuple[str, Sequence[Any], Sequence[Any]]]:
    for name in reference.columns:
        one, two = reference.columns[name], current.columns[name]
        if name not in TEXT_COLUMNS:
            yield name, one, two
            continue
        texts = [[str(text) for text in column if text and text.strip()] for column in (one, two)]
        yield f"{name}.length", list(map(len, texts[0])), list(map(len, texts[1]))
        yield f"{name}.language", languages(texts[0]), languages(texts[1])


def _as_categories(values: Sequence[Any]) -> pd.Series[str]:
    found = [f"{text:g}" if isinstance(text, float) else str(text) for text in _texts(values)]
    return pd.Series([text or None for text in found], dtype="object")


def _texts(values: Sequence[Any]) -> list[Any]:
    return [value if isinstance(value, float) else text for value, text in zip(values, as_texts(values), strict=True)]


def _finite(values: Sequence[Any]) -> pd.Series[float]:
    numbers = as_numbers(values)
    return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan))


def _table(columns: dict[str, Any]) -> pd.DataFrame:
    """Columns of texts are shorter than the others; the rest of them is unknown."""
    return pd.DataFrame({name: series.reset_index(drop=True) for name, series in columns.items()})
