"""Many tests at once: the chance (Holm) or the share (Benjamini-Hochberg) of false alarms is held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from statsmodels.stats.multitest import multipletests

Method = Literal["holm", "fdr_bh"]


def adjust(p_values: Sequence[float | None], method: Method) -> list[float | None]:
    """Adjusted p-values in the same order. None (no test was made) stays None and does not count."""
    given = [p for p in p_values if p is not None]
    if not given:
        return [None] * len(p_values)
    adjusted = iter(multipletests(given, method=method)[1])
    return [None if p is None else float(next(adjusted)) for p in p_values]
